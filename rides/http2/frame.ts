import type { Buffer } from "node:buffer";

/** RFC 9113, 6. */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

export const Flag = {
  /** SETTINGS and PING. */
  ACK: 0x1,
  /** DATA and HEADERS. */
  END_STREAM: 0x1,
  /** HEADERS and CONTINUATION. */
  END_HEADERS: 0x4,
  /** DATA and HEADERS. */
  PADDED: 0x8,
  /** HEADERS. */
  PRIORITY: 0x20,
} as const;

/** 4.1: length (3 bytes), type, flags, stream identifier (4). */
export const FRAME_HEADER_BYTES = 9;

/** 3.4: what a client's connection begins with. */
export const CLIENT_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** 6.9.1 and 5.1.1: the largest flow-control window, and the largest stream identifier. */
export const MAX_WINDOW = 2 ** 31 - 1;
export const MAX_STREAM_ID = 2 ** 31 - 1;

/** 6.9.2: every window until SETTINGS or WINDOW_UPDATE change it. */
export const INITIAL_WINDOW = 65_535;

/** The frame size that every peer takes (4.2); this server sends none larger. */
export const MAX_SENT_FRAME_BYTES = 16_384;

/** Reads 32 bits without their first, which is reserved wherever HTTP/2 has 31. */
export function readUint31(source: Buffer, at: number): number {
  return ((source[at]! & 0x7f) << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) |
    source[at + 3]!;
}

export function writeUint32(target: Buffer, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

export function readFrameLength(source: Buffer, at: number): number {
  return (source[at]! << 16) | (source[at + 1]! << 8) | source[at + 2]!;
}

export function writeFrameHeader(
  target: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  target[at] = length >>> 16;
  target[at + 1] = length >>> 8;
  target[at + 2] = length;
  target[at + 3] = type;
  target[at + 4] = flags;
  writeUint32(target, at + 5, streamId);
}
