import type { Buffer } from "node:buffer";

/** Below this, a loop is faster than a view and a copy of it. */
const LOOP_BYTES = 48;

/** As `source.copy(target, at, start, end)`, without a view of the source where none is needed. */
export function copyBytes(
  source: Buffer,
  start: number,
  end: number,
  target: Buffer,
  at: number,
): void {
  if (end - start <= LOOP_BYTES) {
    for (let i = start; i < end; i++) target[at++] = source[i]!;
  } else if (end - start === source.length) {
    target.set(source, at);
  } else {
    target.set(source.subarray(start, end), at);
  }
}
