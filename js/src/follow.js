// Keeps the end of a growing turn in sight, for somebody who watches it.
//
// Whoever scrolls away is left alone until the end is in sight again; so is whoever types in a cell.

const AFTER_GESTURE_MS = 700;
const GESTURES = ["wheel", "touchmove", "pointerdown", "keydown"];

/**
 * @param {HTMLElement} end  what stands below the newest block
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function followEnd(end, root, signal) {
  if (!globalThis.IntersectionObserver) return;
  const document = root.ownerDocument;
  let gesture = -Infinity;
  let inSight = false;
  const note = () => (gesture = performance.now());
  for (const name of GESTURES) document.addEventListener(name, note, { signal, capture: true, passive: true });

  const watch = new IntersectionObserver(
    (entries) => {
      const { intersectionRatio, boundingClientRect, rootBounds } = entries[entries.length - 1];
      const whole = intersectionRatio >= 0.99;
      const below = rootBounds ? boundingClientRect.bottom > rootBounds.bottom : !whole;
      const grew = inSight && below && performance.now() - gesture > AFTER_GESTURE_MS;
      if (!whole && grew && !end.hidden && !typesElsewhere(document, root)) {
        end.scrollIntoView({ block: "nearest" });
        return;
      }
      inSight = whole;
    },
    { threshold: [0, 0.5, 1] },
  );
  watch.observe(end);
  signal.addEventListener("abort", () => watch.disconnect());
}

function typesElsewhere(document, root) {
  const active = document.activeElement;
  if (!active || root.contains(active)) return false;
  return active.isContentEditable || /^(?:input|textarea|select)$/i.test(active.localName);
}
