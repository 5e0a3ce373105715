import { Buffer } from "node:buffer";
import { status as Code } from "@grpc/grpc-js";
import { ErrorCode } from "../../rides/http2/errors.ts";
import type { Field } from "../../rides/http2/field.ts";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { HpackDecoder } from "../../rides/http2/hpack_decoder.ts";
import {
  data,
  type Frame,
  frame,
  headerBlock,
  reset,
  windowUpdate,
} from "../http2/support/frames.ts";
import { CLOSING_MS, within } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";
import { fieldsOf } from "./requests.ts";

/** How much of a call the attacker sends. */
export interface CallOptions {
  /** Header fields beside those that a gRPC request has. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** Whether it ends what it sends. Default true. */
  readonly ends?: boolean;
}

/** A call whose body is whatever bytes the attacker wants. */
export interface RawCall {
  readonly id: number;
  /** Sends more of the body; false once the connection has ended. */
  send(bytes: Buffer, flags?: number): Promise<boolean>;
  /** Gives the call up, as RST_STREAM with CANCEL. */
  cancel(): Promise<boolean>;
  /**
   * How the server ended it: the name of its status, "reset", "closed" with the connection, or "never" in good time.
   */
  readonly ended: Promise<string>;
}

/** Calls of one connection, with bodies that no client library would send. */
export class RawCalls implements AsyncDisposable {
  readonly #open = new Map<number, (how: string) => void>();
  readonly #decoder = new HpackDecoder();
  #nextId = 1;

  private constructor(readonly connection: RawConnection) {
    connection.read((frame) => this.#onFrame(frame));
    connection.ended.then(() => {
      for (const end of this.#open.values()) end("closed");
    });
  }

  static async open(port: number): Promise<RawCalls> {
    const calls = new RawCalls(await (await RawConnection.open(port)).begin());
    await calls.connection.send(windowUpdate(0, 2 ** 30));
    return calls;
  }

  /** Begins a call, with the first of its body. */
  async start(
    path: string,
    body: Buffer,
    { fields = [], ends = true }: CallOptions = {},
  ): Promise<RawCall> {
    const id = this.#nextId;
    this.#nextId += 2;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#open.set(id, resolve);
    const block = headerBlock([...fieldsOf(path), ...fields]);
    await this.connection.send(Buffer.concat([
      frame(FrameType.HEADERS, Flag.END_HEADERS, id, block),
      ...dataFrames(id, body, ends),
    ]));
    if (this.connection.isClosed) resolve("closed");
    return {
      id,
      send: (bytes, flags = 0) => this.connection.send(data(id, bytes, flags)),
      cancel: () => {
        this.#open.delete(id);
        return this.connection.send(reset(id, ErrorCode.CANCEL));
      },
      get ended() {
        return within(CLOSING_MS, promise).then((inTime) => inTime ? promise : "never");
      },
    };
  }

  /** Makes a call and waits for its end. */
  async call(path: string, body: Buffer, options: CallOptions = {}): Promise<string> {
    return await (await this.start(path, body, options)).ended;
  }

  #onFrame({ type, flags, streamId, payload }: Frame): void {
    if (type === FrameType.RST_STREAM) this.#end(streamId, "reset");
    if (type !== FrameType.HEADERS) return;
    const fields = new Map<string, string>();
    const add = ({ name, value }: Field) => void fields.set(name, value);
    this.#decoder.decode(payload, 0, payload.length, { add });
    if ((flags & Flag.END_STREAM) !== 0) this.#end(streamId, statusIn(fields));
  }

  #end(id: number, how: string): void {
    this.#open.get(id)?.(how);
    this.#open.delete(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection[Symbol.asyncDispose]();
  }
}

/** The name of a status. */
function statusIn(fields: ReadonlyMap<string, string>): string {
  const status = fields.get("grpc-status");
  if (status === undefined) return "no status";
  return Code[Number(status)] ?? status;
}

const FRAME_BYTES = 16_384;

/** DATA frames of the size that every server takes (RFC 9113, 4.2). */
function dataFrames(id: number, body: Buffer, ends: boolean): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < body.length || (at === 0 && ends); at += FRAME_BYTES) {
    const isLast = at + FRAME_BYTES >= body.length;
    const bytes = body.subarray(at, at + FRAME_BYTES);
    frames.push(data(id, bytes, isLast && ends ? Flag.END_STREAM : 0));
  }
  return frames;
}

/** A message of gRPC: whether it is compressed, its length, itself; `announced` lies about the length. */
export function message(
  bytes: Uint8Array,
  { announced = bytes.length, compressed = false }: { announced?: number; compressed?: boolean } =
    {},
): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(announced, 1);
  return Buffer.concat([prefix, bytes]);
}
