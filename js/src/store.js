// What only this page knows: what a reader opened, typed or clicked and nobody has confirmed yet.
//
// One store per model, so that two views of a turn ("New View for Output") agree.

/** A click that the kernel has not confirmed after this long may be repeated. */
export const CONFIRM_MS = 5000;

/**
 * @param {(id: string) => void} changed  called when what is kept of a block changes by itself
 */
export function createStore(changed) {
  /** @type {Map<string, boolean>} */
  const opened = new Map();
  /** @type {Map<string, string>} */
  const drafts = new Map();
  /** @type {Map<string, {state: "sending" | "unconfirmed", timer: any}>} */
  const sent = new Map();
  /** @type {Map<string, string>} */
  const wholes = new Map();

  return {
    /** Whether a fold is open; `normally` counts until the reader decides. */
    isOpen: (id, normally = false) => opened.get(id) ?? normally,
    setOpen: (id, open) => opened.set(id, open),
    draft: (id) => drafts.get(id) ?? "",
    setDraft: (id, text) => drafts.set(id, text),

    /** All of a text that came cut; undefined until "more" was asked for and came. */
    whole: (id) => wholes.get(id),
    keepWhole(id, text) {
      wholes.set(id, text);
      changed(id);
    },

    /** @returns {"" | "sending" | "unconfirmed"} */
    sending: (id) => sent.get(id)?.state ?? "",

    /** @returns {boolean} false while an earlier click is still on its way */
    send(id) {
      if (sent.get(id)?.state === "sending") return false;
      const timer = setTimeout(() => {
        sent.set(id, { state: "unconfirmed", timer: 0 });
        changed(id);
      }, CONFIRM_MS);
      sent.set(id, { state: "sending", timer });
      return true;
    },

    /** The kernel has answered: nothing is on its way any more. */
    settle(id) {
      clearTimeout(sent.get(id)?.timer);
      sent.delete(id);
    },
  };
}
