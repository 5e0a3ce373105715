import { Buffer } from "node:buffer";

/** The longest line of a position, in bytes or characters. */
export const LINE_LENGTH = 64 * 1024;

/** The longest line that is waited for, in bytes, so that a text without line ends cannot fill the memory. */
export const ENDLESS_LINE = 1024 ** 2;

/**
 * A text in pieces of whole lines, as they arrive; the last one may lack its line end. A line that exceeds
 * {@linkcode ENDLESS_LINE} is also yielded without its end.
 *
 * @param signal ends the lines as if the text had ended after the last whole one
 */
export async function* wholeLines(
  bytes: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const reader = bytes.getReader();
  const cancel = () => void reader.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    let rest = Buffer.alloc(0);
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const piece = Buffer.concat([rest, chunk.value]);
      const end = piece.lastIndexOf("\n") + 1;
      rest = piece.subarray(end);
      if (end > 0) yield piece.subarray(0, end);
      if (rest.length > ENDLESS_LINE) yield rest;
    }
    if (rest.length > 0 && !signal?.aborted) yield rest;
  } finally {
    signal?.removeEventListener("abort", cancel);
    await reader.cancel();
  }
}

/** The lines of a piece, without their ends, and without the byte order mark that editors put first. */
export function linesOf(piece: Buffer): string[] {
  const lines = new TextDecoder().decode(piece).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
