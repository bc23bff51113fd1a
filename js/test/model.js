// A stand-in for anywidget's model: remembers what the page sends, speaks for the kernel.
export class FakeModel {
  #state;
  #listeners = new Map();
  sent = [];

  constructor(snapshot = null, extra = {}) {
    this.#state = { snap: snapshot };
    Object.assign(this, extra);
  }
  get(name) {
    return this.#state[name];
  }
  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }
  off(event, listener) {
    this.#listeners.set(event, (this.#listeners.get(event) ?? []).filter((one) => one !== listener));
  }
  send(message) {
    this.sent.push(message);
  }
  sentOf(kind) {
    return this.sent.filter(({ k }) => k === kind);
  }
  /** The kernel says something. */
  says(message) {
    for (const listener of this.#listeners.get("msg:custom") ?? []) listener(message);
  }
  /** The front end tells of something that is no message. */
  tells(event) {
    for (const listener of this.#listeners.get(event) ?? []) listener();
  }
  /** The kernel's state comes anew, as after a reconnect. */
  updates(snapshot) {
    this.#state.snap = snapshot;
    for (const listener of this.#listeners.get("change:snap") ?? []) listener();
  }
}

export const snapshot = (blocks = [], head = {}, n = 0) => ({
  v: 1,
  e: "E",
  n,
  t: { state: "running", status: "Working", model: "", label: "", usage: {}, seconds: null, ...head, blocks },
});

export const delta = (n, ...o) => ({ k: "d", e: "E", n, o });
