import type { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/**
 * How far the input of an upload has been taken over, so that an upload of the same file goes on there.
 * A file is the same if what stands before `offset` in it is.
 */
export interface SourceMark {
  /** In bytes from the start of the input: the end of the last line that was taken over. */
  readonly offset: number;
  /** The CRC-32 of those bytes: of all of them, since somebody may have mended a line far before the end. */
  readonly crc: number;
  /** How many lines they are. */
  readonly lines: number;
}

/** For an input that cannot be read again, and for one of which nothing was taken over. */
export const NO_SOURCE: SourceMark = { offset: 0, crc: 0, lines: 0 };

/** The mark after a block of whole lines that follows another mark. */
export function markBehind(before: SourceMark, block: Uint8Array, lines: number): SourceMark {
  return {
    offset: before.offset + block.length,
    crc: crc32(block, before.crc),
    lines: before.lines + lines,
  };
}

/** Whether a file begins with the bytes from when the mark was made. */
export async function isIn(path: string, { offset, crc }: SourceMark): Promise<boolean> {
  if (offset === 0) return false;
  using file = await Deno.open(path);
  const { isFile, size } = await file.stat();
  if (!isFile || size < offset) return false;
  let found = 0;
  let left = offset;
  for await (const piece of file.readable) {
    found = crc32(piece.subarray(0, left), found);
    left -= piece.length;
    if (left <= 0) break;
  }
  return found === crc;
}

/** Takes 24 bytes. */
export function encodeSource(source: SourceMark, bytes: Buffer, at: number): void {
  bytes.writeDoubleLE(source.offset, at);
  bytes.writeDoubleLE(source.lines, at + 8);
  bytes.writeDoubleLE(source.crc, at + 16);
}

export function decodeSource(bytes: Buffer, at: number): SourceMark {
  return {
    offset: bytes.readDoubleLE(at),
    lines: bytes.readDoubleLE(at + 8),
    crc: bytes.readDoubleLE(at + 16),
  };
}
