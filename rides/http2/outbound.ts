import type { Buffer } from "node:buffer";
import { copyBytes } from "./bytes.ts";
import { isConnectionSpecific, isFieldName, isFieldValue } from "./field.ts";
import {
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  INITIAL_WINDOW,
  MAX_SENT_FRAME_BYTES,
  writeFrameHeader,
  writeUint32,
} from "./frame.ts";
import { HpackEncoder } from "./hpack_encoder.ts";
import type { Limits } from "./limits.ts";
import { Output, type OutputEvents, type Sink } from "./output.ts";

/** Numbers are written in decimal; `undefined` is left out; an array is a field for each member. */
export type OutgoingHeaders = {
  readonly [name: string]: number | string | readonly string[] | undefined;
};

/** More than this waiting for the socket, and no further DATA joins it. */
const HIGH_WATER_BYTES = 131_072;

/** Writes frames (RFC 9113, 6), and knows when the connection takes DATA. */
export class Outbound {
  /** 6.9.1: what the peer allows for the connection. */
  window = INITIAL_WINDOW;
  /** How many times HEADERS or DATA were sent. */
  answers = 0;

  private readonly output: Output;
  private encoder: HpackEncoder | undefined;

  constructor(private readonly limits: Limits, sink: Sink, events: OutputEvents) {
    this.output = new Output(sink, events);
  }

  get queuedBytes(): number {
    return this.output.queuedBytes;
  }

  get bytesTaken(): number {
    return this.output.bytesTaken;
  }

  /** Whether there is window and room for DATA. */
  get takesData(): boolean {
    return this.window > 0 && this.output.queuedBytes < HIGH_WATER_BYTES;
  }

  flush(): void {
    this.output.flush();
  }

  close(): void {
    this.output.close();
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  setTableBytes(bytes: number): void {
    this.hpack().setTableBytes(bytes);
  }

  /** Throws TypeError for a field that HTTP/2 does not allow; then nothing is sent. */
  headers(streamId: number, headers: OutgoingHeaders, endStream: boolean): void {
    const fields = checkedFields(headers);
    this.answers++;
    const encoder = this.hpack();
    encoder.begin();
    for (let i = 0; i < fields.length; i += 2) encoder.add(fields[i]!, fields[i + 1]!);
    this.headerBlock(streamId, encoder, endStream ? Flag.END_STREAM : 0);
  }

  /** As much of `bytes` from `at` on as one frame and `allowed` take; returns how much. */
  data(streamId: number, bytes: Buffer, at: number, allowed: number): number {
    const length = Math.min(bytes.length - at, allowed, this.window, MAX_SENT_FRAME_BYTES);
    this.answers++;
    const target = this.frame(FrameType.DATA, 0, streamId, length);
    copyBytes(bytes, at, at + length, this.output.buffer(), target);
    this.window -= length;
    return length;
  }

  endOfData(streamId: number): void {
    this.frame(FrameType.DATA, Flag.END_STREAM, streamId, 0);
  }

  reset(streamId: number, code: number): void {
    const at = this.frame(FrameType.RST_STREAM, 0, streamId, 4);
    writeUint32(this.output.buffer(), at, code);
  }

  /** Identifiers and values by turns. */
  settings(settings: readonly number[]): void {
    let at = this.frame(FrameType.SETTINGS, 0, 0, settings.length * 3);
    for (let i = 0; i < settings.length; i += 2, at += 6) {
      this.output.buffer().writeUInt16BE(settings[i]!, at);
      this.output.buffer().writeUInt32BE(settings[i + 1]!, at + 2);
    }
  }

  settingsAck(): void {
    this.frame(FrameType.SETTINGS, Flag.ACK, 0, 0);
  }

  ping(opaque: Buffer, ack: boolean): void {
    const at = this.frame(FrameType.PING, ack ? Flag.ACK : 0, 0, 8);
    copyBytes(opaque, 0, opaque.length, this.output.buffer(), at);
  }

  goaway(lastStreamId: number, code: number, debugData: Buffer): void {
    const at = this.frame(FrameType.GOAWAY, 0, 0, 8 + debugData.length);
    writeUint32(this.output.buffer(), at, lastStreamId);
    writeUint32(this.output.buffer(), at + 4, code);
    copyBytes(debugData, 0, debugData.length, this.output.buffer(), at + 8);
  }

  windowUpdate(streamId: number, increment: number): void {
    const at = this.frame(FrameType.WINDOW_UPDATE, 0, streamId, 4);
    writeUint32(this.output.buffer(), at, increment);
  }

  private headerBlock(streamId: number, block: HpackEncoder, flags: number): void {
    let type: number = FrameType.HEADERS;
    let at = 0;
    do {
      const end = Math.min(at + MAX_SENT_FRAME_BYTES, block.length);
      if (end === block.length) flags |= Flag.END_HEADERS;
      const target = this.frame(type, flags, streamId, end - at);
      copyBytes(block.buffer, at, end, this.output.buffer(), target);
      at = end;
      type = FrameType.CONTINUATION;
      flags = 0;
    } while (at < block.length);
  }

  /** Writes the frame's header; its payload goes to the returned offset of the output's buffer. */
  private frame(type: number, flags: number, streamId: number, length: number): number {
    const at = this.output.reserve(FRAME_HEADER_BYTES + length);
    writeFrameHeader(this.output.buffer(), at, length, type, flags, streamId);
    return at + FRAME_HEADER_BYTES;
  }

  private hpack(): HpackEncoder {
    return this.encoder ??= new HpackEncoder(this.limits.headerTableBytes);
  }
}

/** Names and values by turns; pseudo-headers first, whatever their place among the others (8.3). */
function checkedFields(headers: OutgoingHeaders): string[] {
  const fields: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (name[0] === ":" && value !== undefined) fields.push(name, `${value}`);
  }
  for (const name in headers) {
    const value = headers[name];
    if (name[0] === ":" || value === undefined) continue;
    if (typeof value === "object") {
      for (const one of value) pushChecked(fields, name, one);
    } else {
      pushChecked(fields, name, value);
    }
  }
  return fields;
}

/** Each name's last value that was found allowed: most responses repeat it. */
const allowed = new Map<string, string>();
const MAX_ALLOWED_NAMES = 256;

function pushChecked(fields: string[], mixedName: string, rawValue: string | number): void {
  const name = mixedName.toLowerCase();
  const value = `${rawValue}`.trim();
  if (allowed.get(name) !== value) {
    if (!isFieldName(name) || !isFieldValue(value) || isConnectionSpecific(name, value)) {
      throw new TypeError(`Cannot send header ${name}: HTTP/2 does not allow its name or value`);
    }
    if (allowed.size >= MAX_ALLOWED_NAMES) allowed.clear();
    allowed.set(name, value);
  }
  fields.push(name, value);
}
