// Keeps the end of a growing turn in sight, for somebody who watches it.
//
// Whoever scrolls away is left alone until the end is in sight again; so is whoever types elsewhere.

/** A scroll so soon after a gesture is a person's; one that follows it belongs to it. */
const GESTURE_MS = 700;
/** A pause this long, and somebody who had typed reads. */
const TYPING_MS = 8000;
const GESTURES = ["wheel", "touchmove", "pointerdown", "keydown"];
const SLACK_PX = 1;

/**
 * @param {HTMLElement} end  what stands below the newest block
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function followEnd(end, root, signal) {
  if (!globalThis.ResizeObserver) return;
  const document = root.ownerDocument;
  let gesture = -Infinity;
  let typed = -Infinity;
  let following = false;
  const within = (time, limit) => performance.now() - time < limit;
  const listen = (name, note) => document.addEventListener(name, note, { signal, capture: true, passive: true });

  for (const name of GESTURES) listen(name, () => (gesture = performance.now()));
  listen("keydown", ({ target }) => {
    if (isField(target) && !root.contains(target)) typed = performance.now();
  });
  listen("scroll", () => {
    const byHand = within(gesture, GESTURE_MS);
    if (byHand) gesture = performance.now(); // a scroll bar that is dragged, a flick that runs out
    if (inSight(end)) following = true;
    else if (byHand) following = false;
  });

  // It tells of each growth after the layout and before the paint; a scroll here moves nothing twice.
  const watch = new ResizeObserver(() => {
    if (end.hidden) return;
    if (inSight(end)) following = true;
    else if (following && !within(gesture, GESTURE_MS) && !within(typed, TYPING_MS)) end.scrollIntoView({ block: "nearest" });
  });
  watch.observe(root);
  signal.addEventListener("abort", () => watch.disconnect());
}

/** Whether a reader sees its lower edge: a notebook's own scroll area may end above the window's. */
function inSight(node) {
  const { bottom } = node.getBoundingClientRect();
  let [from, to] = [0, node.ownerDocument.documentElement.clientHeight];
  for (let area = node.parentElement; area; area = area.parentElement) {
    if (area.scrollHeight <= area.clientHeight || !/auto|scroll|overlay/.test(getComputedStyle(area).overflowY)) continue;
    const { top, bottom: end } = area.getBoundingClientRect();
    [from, to] = [Math.max(from, top), Math.min(to, end)];
  }
  return bottom > from && bottom <= to + SLACK_PX;
}

const isField = (node) => node?.isContentEditable || /^(?:input|textarea|select)$/i.test(node?.localName ?? "");
