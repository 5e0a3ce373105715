import type { Buffer } from "node:buffer";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { close } from "./close.ts";

/**
 * Sends `messages` as they come, no faster than the stream takes them, and ends it after the last. The source
 * is asked for nothing more once the signal has come.
 *
 * @param onSent called for each message
 * @throws what the source throws
 */
export async function sendEach(
  stream: Writable,
  messages: AsyncIterable<Buffer>,
  signal: AbortSignal,
  onSent: () => void,
): Promise<void> {
  const source = messages[Symbol.asyncIterator]();
  // Not awaited: a source that waits for its next message can be closed only when that comes.
  signal.addEventListener("abort", () => void close(source), { once: true });
  for (let next = await source.next(); !next.done; next = await source.next()) {
    if (signal.aborted) return;
    const hasRoom = stream.write(next.value);
    onSent();
    if (hasRoom) continue;
    try {
      await once(stream, "drain", { signal });
    } catch {
      return;
    }
  }
  if (!signal.aborted) stream.end();
}
