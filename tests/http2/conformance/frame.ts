/** The frames of RFC 9113 section 6 as bytes, valid or not: nothing is checked when writing. */

export const Type = {
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
  /** No RFC defines this one. */
  UNKNOWN: 0xbe,
} as const;

export const Flag = {
  NONE: 0x0,
  ACK: 0x1,
  END_STREAM: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

export const Setting = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
  /** No RFC defines this one. */
  UNKNOWN: 0xbeef,
} as const;

const ERROR_CODES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

export type ErrorCode = typeof ERROR_CODES[number];

export const MAX_WINDOW = 2 ** 31 - 1;
export const DEFAULT_WINDOW = 65_535;
export const DEFAULT_FRAME_SIZE = 16_384;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** The bit before the stream identifier, which has to be 0. */
  readonly reserved: boolean;
  readonly stream: number;
  readonly payload: Uint8Array;
}

export function concat(...parts: ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** `stream` may have the reserved bit set. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: ArrayLike<number> = [],
): Uint8Array {
  const length = uint32(payload.length).subarray(1);
  return concat(length, [type, flags], uint32(stream), payload);
}

export function data(stream: number, payload: ArrayLike<number>, flags: number = Flag.NONE) {
  return frame(Type.DATA, flags, stream, payload);
}

export function headers(
  stream: number,
  block: ArrayLike<number>,
  flags: number = Flag.END_HEADERS | Flag.END_STREAM,
): Uint8Array {
  return frame(Type.HEADERS, flags, stream, block);
}

export function continuation(
  stream: number,
  block: ArrayLike<number>,
  flags: number = Flag.END_HEADERS,
): Uint8Array {
  return frame(Type.CONTINUATION, flags, stream, block);
}

/** The priority fields of HEADERS and PRIORITY; `weight` is the octet on the wire. */
export function dependency(on: number, weight = 15, exclusive = false): Uint8Array {
  return concat(uint32(exclusive ? on | 0x8000_0000 : on), [weight]);
}

export function priority(stream: number, fields: ArrayLike<number> = dependency(0)): Uint8Array {
  return frame(Type.PRIORITY, Flag.NONE, stream, fields);
}

export function rstStream(stream: number, code: number = ERROR_CODES.indexOf("CANCEL")) {
  return frame(Type.RST_STREAM, Flag.NONE, stream, uint32(code));
}

export function settings(...pairs: [identifier: number, value: number][]): Uint8Array {
  const payload = pairs.map(([identifier, value]) =>
    concat([identifier >>> 8, identifier & 0xff], uint32(value))
  );
  return frame(Type.SETTINGS, Flag.NONE, 0, concat(...payload));
}

export const settingsAck: Uint8Array = frame(Type.SETTINGS, Flag.ACK, 0);

export function ping(opaque: ArrayLike<number>, flags: number = Flag.NONE): Uint8Array {
  return frame(Type.PING, flags, 0, opaque);
}

export function goaway(lastStream: number, code: number, debug = ""): Uint8Array {
  return frame(
    Type.GOAWAY,
    Flag.NONE,
    0,
    concat(uint32(lastStream), uint32(code), ascii(debug)),
  );
}

export function windowUpdate(stream: number, increment: number): Uint8Array {
  return frame(Type.WINDOW_UPDATE, Flag.NONE, stream, uint32(increment));
}

export function readUint32(bytes: Uint8Array, offset = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(offset);
}

/** The first frame of `bytes`, or nothing while it is incomplete. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 9) return undefined;
  const length = readUint32(bytes) >>> 8;
  if (bytes.length < 9 + length) return undefined;
  const identifier = readUint32(bytes, 5);
  return {
    type: bytes[3]!,
    flags: bytes[4]!,
    reserved: identifier > MAX_WINDOW,
    stream: identifier & MAX_WINDOW,
    payload: bytes.slice(9, 9 + length),
  };
}

/** The code of a GOAWAY or RST_STREAM frame; section 7 lets an unknown one stand for this one. */
export function errorCode({ type, payload }: Frame): ErrorCode {
  return ERROR_CODES[readUint32(payload, type === Type.GOAWAY ? 4 : 0)] ?? "INTERNAL_ERROR";
}

/** The settings of a SETTINGS frame. */
export function readSettings({ payload }: Frame): Map<number, number> {
  const values = new Map<number, number>();
  for (let offset = 0; offset < payload.length; offset += 6) {
    values.set(readUint32(payload, offset) >>> 16, readUint32(payload, offset + 2));
  }
  return values;
}

/** What a DATA or HEADERS frame carries without its padding. */
export function withoutPadding({ flags, payload }: Frame): Uint8Array {
  return flags & Flag.PADDED ? payload.subarray(1, payload.length - payload[0]!) : payload;
}

export function describe(frame: Frame): string {
  const type = Object.entries(Type).find(([, value]) => value === frame.type)?.[0] ?? frame.type;
  const isError = frame.type === Type.GOAWAY || frame.type === Type.RST_STREAM;
  const detail = isError ? errorCode(frame) : `${frame.payload.length} octets`;
  return `${type} on ${frame.stream} flags 0x${frame.flags.toString(16)} (${detail})`;
}
