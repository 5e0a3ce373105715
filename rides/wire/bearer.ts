/** How a token travels: in the header `authorization: Bearer TOKEN` (RFC 6750, 2.1). */

const TOKEN = /^[\w.~+/-]+=*$/;
/** Half of what a server takes as headers, unless told otherwise. */
const MOST_CHARACTERS = 8_192;
const HEADER = /^bearer +([\w.~+/-]+=*)$/i;

/** Whether the text can be sent as a token. */
export function isToken(text: string): boolean {
  return text.length <= MOST_CHARACTERS && TOKEN.test(text);
}

/** The value of the header for a token. */
export function toHeader(token: string): string {
  return `Bearer ${token}`;
}

/** The token in the value of the header; undefined where there is none of this kind. */
export function fromHeader(value: string): string | undefined {
  return HEADER.exec(value)?.[1];
}
