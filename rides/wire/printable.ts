const CONTROLS = /\p{Cc}/u;

/**
 * The text with its control characters shown as `\u001b`. Peers choose some of what is logged and printed:
 * it must not forge a line, nor command the terminal. JSON stays JSON, and the same.
 */
export function printable(text: string): string {
  if (!CONTROLS.test(text)) return text;
  return text.replace(
    /\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
