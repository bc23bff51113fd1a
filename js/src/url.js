// Which addresses in model text may become links or pictures, and the decoding that comes first.

const LINK = /^(?:https?:\/\/|mailto:|#)/i;
/** What browsers skip, and what readers do not see. */
const IGNORED = /[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const LONGEST_LINK = 4000;
const PICTURE = /^data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+$/i;
const LONGEST_PICTURE = 2_000_000;
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/gi;

/** @type {Map<string, string>} */
const entities = new Map();

/** `&amp;` and its kin as characters. Only the bare entity, never the text, meets the HTML parser. */
export function decode(text) {
  return text.includes("&") ? text.replace(ENTITY, entity) : text;
}

function entity(name) {
  let value = entities.get(name);
  if (value === undefined) {
    value = new DOMParser().parseFromString(`<body>${name}`, "text/html").body.textContent || name;
    entities.set(name, value);
  }
  return value;
}

/**
 * Relative addresses are refused: on a notebook server they would be same-origin requests with the
 * reader's cookie.
 *
 * @returns {string | null} the address as a browser would follow it
 */
export function safeLink(address) {
  const bare = decode(String(address ?? "")).replace(IGNORED, "");
  if (bare.length > LONGEST_LINK || !LINK.test(bare)) return null;
  if (bare.startsWith("#")) return bare;
  return URL.canParse(bare) ? new URL(bare).href : null;
}

/** Only raster pictures that the text itself carries load by themselves. */
export function isInlinePicture(address) {
  return address.length < LONGEST_PICTURE && PICTURE.test(address);
}

/** @returns {URL | null} an http(s) address as a browser would open it, its host as it is asked for */
export function addressOf(address) {
  const link = safeLink(address);
  return link && /^https?:/i.test(link) ? new URL(link) : null;
}
