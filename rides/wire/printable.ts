/** What controls a terminal, ends a line, or shows what follows from right to left. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const CONTROLS = new RegExp(CONTROL, "gu");

/**
 * The text with its control characters escaped, as in `\u001b`. Some of what is logged and printed comes from
 * peers, and must neither forge a line nor control the terminal. JSON stays the same JSON.
 */
export function printable(text: string): string {
  if (!CONTROL.test(text)) return text;
  return text.replace(
    CONTROLS,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
