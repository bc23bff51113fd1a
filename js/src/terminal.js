// Text that a program wrote for a terminal: without control sequences, and without the lines that a
// progress bar overwrote.

const SEQUENCE = /\u001b(?:\[[0-9;?<=>]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[PX^_][^\u001b]*\u001b\\|[ -/]*[0-~])/g;
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** @param {string} text */
export function plain(text) {
  return text
    .replace(SEQUENCE, "")
    .replace(/\r+\n/g, "\n")
    .replace(/[^\n]*\r(?=[^\n])/g, "")
    .replace(CONTROL, "");
}

/** How close to its end a box must be scrolled to go on following it. */
const NEAR = 24;

/** Sets growing text; a reader who scrolled up is left alone, one at the end follows it. */
export function follow(box, text) {
  if (box.textContent === text) return;
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  box.textContent = text;
  if (atEnd) box.scrollTop = box.scrollHeight;
}
