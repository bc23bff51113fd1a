// Turns the signs of what runs, eight times a second. A CSS animation would have the whole page
// styled and painted sixty times a second for as long as a turn lasts.

const EVERY_MS = 125;
const STEP = 45;

/**
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function spin(root, signal) {
  if (globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches) return;
  const running = root.getElementsByClassName("copilot-icon-running");
  let angle = 0;
  const turn = () => {
    angle = (angle + STEP) % 360;
    for (const node of running) node.style.transform = `rotate(${angle}deg)`;
  };
  const timer = setInterval(turn, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}
