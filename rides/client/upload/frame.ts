import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { decodeSource, encodeSource, type SourceMark } from "./source_mark.ts";

/** A number of positions in the spool: the request that carries them, and where they came from. */
export interface Frame {
  /** The sequence of the first. The others follow by one each. */
  readonly first: number;
  /** None where the request was damaged, and is not sent; see `mend_spool.ts`. */
  readonly count: number;
  /** The line of the first in its input. The others are in the lines that follow. */
  readonly line: number;
  readonly source: SourceMark;
  /** The serialized `rides.v1.UploadPositionsRequest`. */
  readonly request: Buffer;
}

/** How many bytes stand before the request. */
export const FRAME_HEAD = 64;

const MAGIC = 0x31465352; // "RSF1"

/** How every frame begins. */
export const FRAME_START = Buffer.from("RSF1", "latin1");

/** A request is some hundred kilobytes long; a longer one is no request. */
const LONGEST_REQUEST = 16 * 1024 * 1024;

/** The frame in bytes, little-endian: magic, length of the request, CRC-32 of what follows, … */
export function encodeFrame({ first, count, line, source, request }: Frame): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD + request.length);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(request.length, 4);
  bytes.writeUInt32LE(count, 12);
  bytes.writeDoubleLE(first, 16);
  bytes.writeDoubleLE(line, 24);
  encodeSource(source, bytes, 32);
  bytes.set(request, FRAME_HEAD);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

/** The length of the whole frame, from its head; undefined if that is not a frame's. */
export function frameLength(head: Buffer): number | undefined {
  if (head.length < FRAME_HEAD || head.readUInt32LE(0) !== MAGIC) return undefined;
  const length = FRAME_HEAD + head.readUInt32LE(4);
  return isFrameLength(length) ? length : undefined;
}

/** Whether a whole frame can have this length. */
export function isFrameLength(length: number): boolean {
  return length >= FRAME_HEAD && length <= FRAME_HEAD + LONGEST_REQUEST;
}

/** The frame in these bytes; undefined if they are not what was written. */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (frameLength(bytes) !== bytes.length) return undefined;
  if (bytes.readUInt32LE(8) !== crc32(bytes.subarray(12))) return undefined;
  return readFrame(bytes);
}

/** The frame in these bytes, some of which may not be what was written. */
export function readFrame(bytes: Buffer): Frame {
  return {
    first: bytes.readDoubleLE(16),
    count: bytes.readUInt32LE(12),
    line: bytes.readDoubleLE(24),
    source: decodeSource(bytes, 32),
    request: bytes.subarray(FRAME_HEAD),
  };
}
