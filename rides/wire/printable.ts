const CONTROLS = /\p{Cc}/u;

/**
 * The text with its control characters escaped, as in `\u001b`. Some of what is logged and printed comes from
 * peers, and must neither forge a line nor control the terminal. JSON stays the same JSON.
 */
export function printable(text: string): string {
  if (!CONTROLS.test(text)) return text;
  return text.replace(
    /\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
