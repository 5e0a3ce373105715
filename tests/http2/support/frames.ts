/** Frames as bytes, for tests that play the client. */
import { Buffer } from "node:buffer";
import {
  CLIENT_PREFACE,
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  readFrameLength,
  readUint31,
  writeFrameHeader,
} from "../../../rides/http2/frame.ts";
import { HpackEncoder } from "../../../rides/http2/hpack_encoder.ts";

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** The bytes that are written in hexadecimal digits, which spaces may part. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

export const PREFACE = Buffer.from(CLIENT_PREFACE, "latin1");

export const REQUEST: Readonly<Record<string, string>> = {
  ":method": "POST",
  ":scheme": "http",
  ":path": "/",
  ":authority": "localhost",
};

export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

export function settings(...values: (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(values.length * 6);
  values.forEach(([id, value], i) => {
    payload.writeUInt16BE(id, i * 6);
    payload.writeUInt32BE(value, i * 6 + 2);
  });
  return frame(FrameType.SETTINGS, 0, 0, payload);
}

export const SETTINGS_ACK = frame(FrameType.SETTINGS, Flag.ACK, 0);

/** A header block without state: every field is new to its decoder. */
export function headerBlock(fields: Iterable<readonly [string, string]>): Buffer {
  const encoder = new HpackEncoder(4096);
  encoder.begin();
  for (const [name, value] of fields) encoder.add(name, value);
  return Buffer.from(encoder.buffer.subarray(0, encoder.length));
}

export function headers(
  streamId: number,
  fields: Readonly<Record<string, string>> = REQUEST,
  flags: number = Flag.END_HEADERS,
): Buffer {
  return frame(FrameType.HEADERS, flags, streamId, headerBlock(Object.entries(fields)));
}

export function data(streamId: number, payload: Uint8Array, flags = 0): Buffer {
  return frame(FrameType.DATA, flags, streamId, payload);
}

export function reset(streamId: number, code: number): Buffer {
  return frame(FrameType.RST_STREAM, 0, streamId, uint32(code));
}

export function ping(flags = 0): Buffer {
  return frame(FrameType.PING, flags, 0, Buffer.alloc(8, 7));
}

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(FrameType.WINDOW_UPDATE, 0, streamId, uint32(increment));
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The whole frames in the bytes. */
export function parseFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + FRAME_HEADER_BYTES <= bytes.length;) {
    const end = at + FRAME_HEADER_BYTES + readFrameLength(bytes, at);
    if (end > bytes.length) break;
    frames.push({
      type: bytes[at + 3]!,
      flags: bytes[at + 4]!,
      streamId: readUint31(bytes, at + 5),
      payload: bytes.subarray(at + FRAME_HEADER_BYTES, end),
    });
    at = end;
  }
  return frames;
}
