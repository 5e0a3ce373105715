import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { decodeSource, encodeSource, NO_SOURCE, type SourceMark } from "./source_mark.ts";

/** The start of a spool, which is rewritten in place. */
export interface SpoolHead {
  /** Every position up to this sequence is stored, or was refused. */
  readonly committed: number;
  /** Up to here, in bytes, the file is on the disk for certain. */
  readonly synced: number;
  /** How far the input had been taken over when the frames were last cleared away. */
  readonly source: SourceMark;
}

/** In bytes; the frames follow. It lies in one sector, so that a crash leaves it old or new. */
export const HEAD_LENGTH = 128;

const MAGIC = "rides spool 1\n";
const FIELDS = 32;

export function encodeHead({ committed, synced, source }: SpoolHead): Buffer {
  const bytes = Buffer.alloc(HEAD_LENGTH);
  bytes.write(MAGIC, 0, "latin1");
  bytes.writeDoubleLE(committed, FIELDS);
  bytes.writeDoubleLE(synced, FIELDS + 8);
  encodeSource(source, bytes, FIELDS + 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEAD_LENGTH - 4)), HEAD_LENGTH - 4);
  return bytes;
}

/** Whether the file that begins with these bytes is a spool. */
export function isSpool(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).toString("latin1") === MAGIC;
}

/**
 * The head of a spool. If it is damaged, nothing is known to be stored: then everything is sent again, which
 * stores nothing twice.
 */
export function decodeHead(bytes: Buffer): SpoolHead {
  const whole = bytes.length === HEAD_LENGTH &&
    bytes.readUInt32LE(HEAD_LENGTH - 4) === crc32(bytes.subarray(0, HEAD_LENGTH - 4));
  if (!whole) return { committed: 0, synced: 0, source: NO_SOURCE };
  return {
    committed: bytes.readDoubleLE(FIELDS),
    synced: bytes.readDoubleLE(FIELDS + 8),
    source: decodeSource(bytes, FIELDS + 16),
  };
}
