import {
  ascii,
  concat,
  errorCode,
  Flag,
  type Frame,
  ping,
  readFrame,
  readSettings,
  settings,
  settingsAck,
  Type,
  uint32,
  withoutPadding,
} from "./frame.ts";
import { type DecodedBlock, Decoder, type Field } from "./hpack.ts";

/** How long an expected frame may take; only failing cases take it. */
const DEADLINE_MS = 5_000;

export const PREFACE: Uint8Array = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export interface Response {
  readonly status: string;
  readonly fields: readonly Field[];
  readonly body: Uint8Array;
  readonly trailers: readonly Field[];
}

/** A client's end of an HTTP/2 connection that does nothing on its own but read. */
export class Connection {
  /** Every frame that has come, in order. */
  readonly received: Frame[] = [];
  /** What the server's preface set. */
  serverSettings: Map<number, number> = new Map();

  readonly #socket: Deno.TcpConn;
  readonly #reading: Promise<void>;
  readonly #unread: Frame[] = [];
  readonly #decoder = new Decoder();
  readonly #blocks = new Map<Frame, DecodedBlock>();
  #pings = 0;
  #closed = false;
  #failure: unknown;
  #wake: () => void = () => {};

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
    this.#reading = this.#read();
  }

  static async open(address: { host: string; port: number }): Promise<Connection> {
    const socket = await Deno.connect({ hostname: address.host, port: address.port });
    socket.setNoDelay();
    return new Connection(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }

  /** Exchanges the prefaces and their acknowledgements. */
  async handshake(...pairs: [identifier: number, value: number][]): Promise<void> {
    await this.send(PREFACE, settings(...pairs));
    this.serverSettings = readSettings(await this.find(Type.SETTINGS));
    await this.send(settingsAck);
    await this.settled();
  }

  /** Writes in one piece. A server that has hung up is no failure here: reading tells. */
  async send(...parts: Uint8Array[]): Promise<void> {
    const bytes = concat(...parts);
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#socket.write(bytes.subarray(sent));
      }
    } catch (error) {
      if (!isHangUp(error)) throw error;
    }
  }

  /** The next frame, or nothing once the server has closed the connection. */
  async next(): Promise<Frame | undefined> {
    while (this.#unread.length === 0 && !this.#closed) await this.#arrival();
    if (this.#unread.length === 0 && this.#failure) throw this.#failure;
    return this.#unread.shift();
  }

  /** The next frame of this type, and of this stream if one is given, passing over others. */
  async find(type: number, stream?: number): Promise<Frame> {
    for (;;) {
      const frame = await this.next();
      if (frame?.type === type && (stream ?? frame.stream) === frame.stream) return frame;
      failIfEnded(frame, stream);
    }
  }

  /** Waits for the acknowledgement of a SETTINGS frame. */
  async settled(): Promise<void> {
    while (((await this.find(Type.SETTINGS)).flags & Flag.ACK) === 0);
  }

  /** Waits for the answer to a PING; what the server had to say to earlier frames precedes it. */
  async ping(): Promise<Frame[]> {
    const opaque = concat(ascii("ping"), uint32(++this.#pings));
    await this.send(ping(opaque));
    for (const before: Frame[] = [];;) {
      const frame = await this.next();
      if (!frame) throw new Error("the connection was closed");
      if (frame.type === Type.PING && frame.payload.join() === opaque.join()) return before;
      before.push(frame);
    }
  }

  async response(stream: number): Promise<Response> {
    const body: Uint8Array[] = [];
    for (const sections: Field[][] = [];;) {
      const frame = await this.next();
      failIfEnded(frame, stream);
      if (frame?.stream !== stream) continue;
      if (frame.type === Type.HEADERS) sections.push(this.block(frame).fields);
      if (frame.type === Type.DATA) body.push(withoutPadding(frame));
      if (frame.type <= Type.HEADERS && frame.flags & Flag.END_STREAM) {
        const [fields = [], trailers = []] = sections;
        return { status: fields[0]?.[1] ?? "", fields, body: concat(...body), trailers };
      }
    }
  }

  /** What a HEADERS frame carries; no server here has so much to say that it needs CONTINUATION. */
  block(frame: Frame): DecodedBlock {
    const block = this.#blocks.get(frame);
    if (!block) throw new Error("a HEADERS frame comes without END_HEADERS");
    return block;
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(65_536);
    let unparsed: Uint8Array = new Uint8Array();
    try {
      for (let count; (count = await this.#socket.read(chunk)) !== null;) {
        unparsed = concat(unparsed, chunk.subarray(0, count));
        for (let frame; (frame = readFrame(unparsed));) {
          unparsed = unparsed.subarray(9 + frame.payload.length);
          this.#receive(frame);
        }
      }
    } catch (error) {
      if (!isHangUp(error)) this.#failure = error;
    } finally {
      this.#closed = true;
      this.#wake();
    }
  }

  #receive(frame: Frame): void {
    this.received.push(frame);
    this.#unread.push(frame);
    if (frame.type === Type.HEADERS && frame.flags & Flag.END_HEADERS) {
      this.#blocks.set(frame, this.#decoder.decode(withoutPadding(frame)));
    }
    this.#wake();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing came within ${DEADLINE_MS} ms`)),
        DEADLINE_MS,
      );
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Throws if `frame` is an error that ends the connection or the stream, or the connection's end. */
function failIfEnded(frame: Frame | undefined, stream?: number): void {
  if (!frame) throw new Error("the connection was closed");
  if (frame.type === Type.GOAWAY && errorCode(frame) !== "NO_ERROR") {
    throw new Error(`the connection was ended by GOAWAY ${errorCode(frame)}`);
  }
  if (frame.type === Type.RST_STREAM && frame.stream === stream) {
    throw new Error(`stream ${stream} was reset with ${errorCode(frame)}`);
  }
}

/** Whether the connection has ended, by the server or by disposal of this end. */
function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}
