/**
 * The text, cut with an ellipsis where it takes more than `bytes` in a header, percent-encoded. By
 * characters: grpc-js cannot send half of a surrogate pair, and throws.
 */
export function clip(text: string, bytes: number): string {
  let left = bytes - encodeURI("…").length;
  let length = 0;
  for (const character of text) {
    left -= encodeURI(character).length;
    if (left < 0) return `${text.slice(0, length)}…`;
    length += character.length;
  }
  return text;
}
