/** How a token travels: in the header `authorization: Bearer TOKEN` (RFC 6750, 2.1). */

const CHARACTERS = /^[\w.~+/-]+=*$/;

/** Whether the text can be sent as a token. */
export function isToken(text: string): boolean {
  return CHARACTERS.test(text);
}

/** The value of the header for a token. */
export function toHeader(token: string): string {
  return `Bearer ${token}`;
}

/** The token in the value of the header; undefined where there is none of this kind. */
export function fromHeader(value: string): string | undefined {
  const token = /^bearer +(.+)$/i.exec(value)?.[1];
  return token !== undefined && isToken(token) ? token : undefined;
}
