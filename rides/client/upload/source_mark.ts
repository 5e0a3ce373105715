import type { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { RandomAccessFile } from "./random_access_file.ts";

/**
 * How far the input of an upload has been taken over, so that an upload of the same file goes on there.
 * A file is the same if what stands before `offset` in it is.
 */
export interface SourceMark {
  /** In bytes from the start of the input: the end of the last line that was taken over. */
  readonly offset: number;
  /** Of so many bytes before `offset` … */
  readonly length: number;
  /** … the CRC-32. */
  readonly crc: number;
  /** How many lines stand before `offset`. */
  readonly lines: number;
}

/** For an input that cannot be read again, and for one of which nothing was taken over. */
export const NO_SOURCE: SourceMark = { offset: 0, length: 0, crc: 0, lines: 0 };

/** How much before the mark is compared. */
const LOOK_BACK = 4096;

/** The mark after a block of whole lines that follows another mark. */
export function markBehind(before: SourceMark, block: Uint8Array, lines: number): SourceMark {
  const last = block.subarray(Math.max(0, block.length - LOOK_BACK));
  return {
    offset: before.offset + block.length,
    length: last.length,
    crc: crc32(last),
    lines: before.lines + lines,
  };
}

/** Whether the bytes before the mark in a file are those from when it was made. */
export async function isIn(path: string, { offset, length, crc }: SourceMark): Promise<boolean> {
  if (length === 0) return false;
  using file = await Deno.open(path);
  const { isFile, size } = await file.stat();
  if (!isFile || size < offset) return false;
  return crc32(new RandomAccessFile(file).read(offset - length, length)) === crc;
}

/** Takes 24 bytes. */
export function encodeSource(source: SourceMark, bytes: Buffer, at: number): void {
  bytes.writeDoubleLE(source.offset, at);
  bytes.writeDoubleLE(source.lines, at + 8);
  bytes.writeUInt32LE(source.length, at + 16);
  bytes.writeUInt32LE(source.crc, at + 20);
}

export function decodeSource(bytes: Buffer, at: number): SourceMark {
  return {
    offset: bytes.readDoubleLE(at),
    lines: bytes.readDoubleLE(at + 8),
    length: bytes.readUInt32LE(at + 16),
    crc: bytes.readUInt32LE(at + 20),
  };
}
