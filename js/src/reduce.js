// What the kernel says -> what the page knows. Pure: no DOM, no model, no clock.
//
// `epoch` names the turn, `seq` the last message taken in. A message is applied only when it is the
// next one; after a gap the page stays as it is and a snapshot is asked for.

/**
 * @typedef {{id: string, kind: string, [field: string]: any}} Block
 * @typedef {{state: string, status: string, model: string, label: string, sent?: string, usage: object, seconds: number | null}} Head
 * @typedef {{epoch: string | null, seq: number, head: Head, blocks: Block[]}} Page
 * @typedef {{page: Page, touched: Set<string>, reset: boolean, behind: boolean}} Step
 */

/** Stands in `touched` for the head of the turn. */
export const HEAD = "";

/** @type {Page} */
export const EMPTY = Object.freeze({
  epoch: null,
  seq: 0,
  head: { state: "waiting", status: "", model: "", label: "", usage: {}, seconds: null },
  blocks: [],
});

/** @returns {Page} */
export function fromSnapshot({ e, n, t }) {
  const { blocks = [], ...head } = t ?? {};
  return { epoch: e, seq: n, head: { ...EMPTY.head, ...head }, blocks };
}

/**
 * @param {Page} page
 * @param {{k: string, [field: string]: any}} message
 * @returns {Step}
 */
export function receive(page, message) {
  const same = { page, touched: new Set(), reset: false, behind: false };
  if (message.k === "s") {
    if (page.epoch === message.e && message.n < page.seq) return same;
    return { ...same, page: fromSnapshot(message), reset: true };
  }
  if (message.k !== "d") return same;
  if (message.e !== page.epoch) return { ...same, behind: true };
  if (message.n <= page.seq) return same;
  if (message.n !== page.seq + 1) return { ...same, behind: true };
  const draft = { ...page, seq: message.n, head: { ...page.head }, blocks: [...page.blocks] };
  for (const op of message.o) apply(draft, op, same.touched);
  return { ...same, page: draft };
}

/** Unknown operations and blocks are passed over: a newer kernel may know more than this page. */
function apply(draft, [op, ...args], touched) {
  OPERATIONS[op]?.(draft, touched, ...args);
}

const OPERATIONS = {
  add(draft, touched, id, fields) {
    const at = position(draft, id);
    draft.blocks[at < 0 ? draft.blocks.length : at] = { ...fields, id };
    touched.add(id);
  },
  del(draft, touched, id) {
    const at = position(draft, id);
    if (at >= 0) draft.blocks.splice(at, 1);
    touched.add(id);
  },
  txt(draft, touched, id, field, more) {
    change(draft, touched, id, (block) => ({ [field]: (block[field] ?? "") + more }));
  },
  set(draft, touched, id, fields) {
    change(draft, touched, id, () => fields);
  },
  out(draft, touched, id, at, output) {
    change(draft, touched, id, ({ outputs = [] }) => ({ outputs: replaced(outputs, at, output) }));
  },
  more(draft, touched, id, at, more) {
    change(draft, touched, id, ({ outputs = [] }) => ({
      outputs: replaced(outputs, at, { ...outputs[at], text: (outputs[at]?.text ?? "") + more }),
    }));
  },
  head(draft, touched, fields) {
    Object.assign(draft.head, fields);
    touched.add(HEAD);
  },
};

function change(draft, touched, id, fields) {
  const at = position(draft, id);
  if (at < 0) return;
  draft.blocks[at] = { ...draft.blocks[at], ...fields(draft.blocks[at]) };
  touched.add(id);
}

function replaced(list, at, item) {
  const next = [...list];
  next[at] = item;
  return next;
}

/** From the end, because that is where a turn changes. */
function position(draft, id) {
  for (let at = draft.blocks.length - 1; at >= 0; at--) if (draft.blocks[at].id === id) return at;
  return -1;
}
