import { Buffer } from "node:buffer";
import { ConnectionError, ErrorCode, LimitError, protocolError } from "./errors.ts";
import type { FloodGuard } from "./flood_guard.ts";
import { Flag, FrameType, readUint31 } from "./frame.ts";
import type { FrameHandler } from "./frame_reader.ts";
import { HeaderSection } from "./header_section.ts";
import { HpackDecoder } from "./hpack_decoder.ts";
import type { Limits } from "./limits.ts";
import { readSettings, type Setting } from "./settings.ts";

/** What frames say, once their own form is right. Stream identifiers are not 0 unless said so. */
export interface InboundEvents {
  /** `flowBytes` is what counts for flow control: the data and its padding. */
  onData(
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
    flowBytes: number,
    endStream: boolean,
  ): void;
  onHeaders(streamId: number, section: HeaderSection, endStream: boolean): void;
  onReset(streamId: number, code: number): void;
  onSettings(settings: readonly Setting[]): void;
  onSettingsAck(): void;
  onPing(opaque: Buffer): void;
  onPingAck(opaque: Buffer): void;
  onGoaway(): void;
  /** Stream 0 is the connection. */
  onWindowUpdate(streamId: number, increment: number): void;
  /** A frame that is wrong for its stream alone (RFC 9113, 5.4.2). */
  onStreamFault(streamId: number, code: number): void;
}

/** A header block that END_HEADERS has not ended yet (4.3). */
interface OpenBlock {
  readonly streamId: number;
  readonly endStream: boolean;
  bytes: Buffer;
  continuations: number;
}

/** RFC 9113, 6: checks the form of each frame and reads it. Throws ConnectionError. */
export class Inbound implements FrameHandler {
  private hasBegun = false;
  private openBlock: OpenBlock | undefined;
  private decoder: HpackDecoder | undefined;

  constructor(
    private readonly limits: Limits,
    private readonly floods: FloodGuard,
    private readonly events: InboundEvents,
  ) {}

  /** The peer knows our SETTINGS_HEADER_TABLE_SIZE now. */
  applyTableSetting(): void {
    this.hpack().setMaxTableBytes(this.limits.headerTableBytes);
  }

  onFrame(
    type: number,
    flags: number,
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
  ): void {
    if (!this.hasBegun && (type !== FrameType.SETTINGS || flags & Flag.ACK)) {
      throw protocolError("the first frame is not SETTINGS"); // 3.4
    }
    if (this.openBlock !== undefined && type !== FrameType.CONTINUATION) {
      throw protocolError("a frame inside a header block"); // 4.3
    }
    switch (type) {
      case FrameType.DATA:
        return this.readData(flags, streamId, source, start, end);
      case FrameType.HEADERS:
        return this.readHeaders(flags, streamId, source, start, end);
      case FrameType.PRIORITY:
        return this.readPriority(streamId, end - start);
      case FrameType.RST_STREAM:
        requireStream(streamId, "RST_STREAM");
        requireLength(end - start, 4, "RST_STREAM");
        return this.events.onReset(streamId, source.readUInt32BE(start));
      case FrameType.SETTINGS:
        return this.readSettings(flags, streamId, source, start, end);
      case FrameType.PUSH_PROMISE:
        throw protocolError("PUSH_PROMISE from a client"); // 8.4
      case FrameType.PING:
        return this.readPing(flags, streamId, source, start, end);
      case FrameType.GOAWAY:
        requireConnection(streamId, "GOAWAY");
        if (end - start < 8) throw frameSizeError("GOAWAY", end - start);
        return this.events.onGoaway();
      case FrameType.WINDOW_UPDATE:
        return this.readWindowUpdate(streamId, source, start, end);
      case FrameType.CONTINUATION:
        return this.readContinuation(flags, streamId, source, start, end);
      default: // 4.1: frames of unknown types are ignored.
        return this.floods.count("maxEmptyFramesPerInterval");
    }
  }

  /** 6.1 */
  private readData(
    flags: number,
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
  ): void {
    requireStream(streamId, "DATA");
    const flowBytes = end - start;
    if (flags & Flag.PADDED) {
      end -= paddingLength(source, start, end);
      start++;
    }
    const endStream = (flags & Flag.END_STREAM) !== 0;
    if (start === end && !endStream) this.floods.count("maxEmptyFramesPerInterval");
    this.events.onData(streamId, source, start, end, flowBytes, endStream);
  }

  /** 6.2 */
  private readHeaders(
    flags: number,
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
  ): void {
    requireStream(streamId, "HEADERS");
    if (flags & Flag.PADDED) {
      end -= paddingLength(source, start, end);
      start++;
    }
    if (flags & Flag.PRIORITY) {
      start += 5; // 5.3.2: deprecated, so not read.
      if (start > end) throw frameSizeError("HEADERS", end - start + 5);
    }
    const endStream = (flags & Flag.END_STREAM) !== 0;
    if (flags & Flag.END_HEADERS) {
      this.readBlock(streamId, source, start, end, endStream);
    } else {
      this.checkFragment(end - start, end - start);
      const bytes = Buffer.from(source.subarray(start, end));
      this.openBlock = { streamId, endStream, bytes, continuations: 0 };
    }
  }

  /** 6.10 */
  private readContinuation(
    flags: number,
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
  ): void {
    const block = this.openBlock;
    if (block === undefined || block.streamId !== streamId) {
      throw protocolError("CONTINUATION without HEADERS");
    }
    if (++block.continuations > this.limits.maxContinuationFrames) {
      throw new LimitError("maxContinuationFrames", `${block.continuations} CONTINUATION frames`);
    }
    block.bytes = Buffer.concat([block.bytes, source.subarray(start, end)]);
    if (flags & Flag.END_HEADERS) {
      this.openBlock = undefined;
      this.readBlock(streamId, block.bytes, 0, block.bytes.length, block.endStream);
    } else {
      this.checkFragment(end - start, block.bytes.length);
    }
  }

  private checkFragment(fragmentBytes: number, blockBytes: number): void {
    if (fragmentBytes === 0) this.floods.count("maxEmptyFramesPerInterval");
    if (blockBytes > this.limits.maxHeaderBlockBytes) {
      throw new LimitError(
        "maxHeaderBlockBytes",
        `A header block of more than ${blockBytes} bytes`,
      );
    }
  }

  private readBlock(
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
    endStream: boolean,
  ): void {
    if (end - start > this.limits.maxHeaderBlockBytes) {
      throw new LimitError("maxHeaderBlockBytes", `A header block of ${end - start} bytes`);
    }
    const section = new HeaderSection(this.limits);
    this.hpack().decode(source, start, end, section);
    this.events.onHeaders(streamId, section, endStream);
  }

  /** Made when it is needed: most connections are idle most of the time. */
  private hpack(): HpackDecoder {
    return this.decoder ??= new HpackDecoder();
  }

  /** 6.3: deprecated, so only its form counts. */
  private readPriority(streamId: number, length: number): void {
    requireStream(streamId, "PRIORITY");
    if (length !== 5) return this.events.onStreamFault(streamId, ErrorCode.FRAME_SIZE_ERROR);
    this.floods.count("maxEmptyFramesPerInterval");
  }

  /** 6.5 */
  private readSettings(
    flags: number,
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
  ): void {
    requireConnection(streamId, "SETTINGS");
    if (flags & Flag.ACK) {
      requireLength(end - start, 0, "SETTINGS acknowledgement");
      this.floods.count("maxEmptyFramesPerInterval");
      return this.events.onSettingsAck();
    }
    if ((end - start) % 6 !== 0) throw frameSizeError("SETTINGS", end - start);
    this.floods.count("maxSettingsPerInterval");
    this.hasBegun = true;
    this.events.onSettings(readSettings(source, start, end));
  }

  /** 6.7 */
  private readPing(
    flags: number,
    streamId: number,
    source: Buffer,
    start: number,
    end: number,
  ): void {
    requireConnection(streamId, "PING");
    requireLength(end - start, 8, "PING");
    const opaque = source.subarray(start, end);
    if (flags & Flag.ACK) {
      this.floods.count("maxEmptyFramesPerInterval");
      return this.events.onPingAck(opaque);
    }
    this.floods.count("maxPingsPerInterval");
    this.events.onPing(opaque);
  }

  /** 6.9 */
  private readWindowUpdate(streamId: number, source: Buffer, start: number, end: number): void {
    requireLength(end - start, 4, "WINDOW_UPDATE");
    const increment = readUint31(source, start);
    if (increment > 0) return this.events.onWindowUpdate(streamId, increment);
    if (streamId === 0) throw protocolError("WINDOW_UPDATE of 0");
    this.events.onStreamFault(streamId, ErrorCode.PROTOCOL_ERROR);
  }
}

/** The bytes of padding, without that of its length (6.1 and 6.2). */
function paddingLength(source: Buffer, start: number, end: number): number {
  if (start === end) throw frameSizeError("padded frame", 0);
  const length = source[start]!;
  if (length >= end - start) throw protocolError("more padding than payload");
  return length;
}

function requireStream(streamId: number, what: string): void {
  if (streamId === 0) throw protocolError(`${what} on stream 0`);
}

function requireConnection(streamId: number, what: string): void {
  if (streamId !== 0) throw protocolError(`${what} on stream ${streamId}`);
}

function requireLength(length: number, required: number, what: string): void {
  if (length !== required) throw frameSizeError(what, length);
}

function frameSizeError(what: string, length: number): ConnectionError {
  return new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `${what} of ${length} bytes`);
}
