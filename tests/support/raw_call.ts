import { Buffer } from "node:buffer";
import { once } from "node:events";
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { status as Code } from "@grpc/grpc-js";

/** A message as it travels: whether it is compressed, its length, itself. */
export function framed(message: Uint8Array, compressed = false): Buffer {
  const prefix = Buffer.from([compressed ? 1 : 0, 0, 0, 0, 0]);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** A connection to a port of this machine, for calls whose every byte is the test's own. */
export class RawClient implements AsyncDisposable {
  readonly #session: ClientHttp2Session;

  constructor(port: number) {
    this.#session = http2.connect(`http://127.0.0.1:${port}`);
    this.#session.on("error", () => {}); // Its calls tell of it, too.
  }

  /** Begins a call. */
  call(path: string, headers: Record<string, string> = {}): RawCall {
    return new RawCall(this.#session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      "te": "trailers",
      ...headers,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#session.destroyed) return;
    const closed = once(this.#session, "close");
    this.#session.destroy();
    await closed;
  }
}

/** One call of a {@linkcode RawClient}. */
export class RawCall {
  /** Its status, as in `OK: `; undefined until it has ended. */
  status: string | undefined;
  /** The headers and trailers that it was answered with. */
  readonly fields: Readonly<Record<string, unknown>> = {};

  constructor(private readonly stream: ClientHttp2Stream) {
    const take = (headers: Record<string, unknown>) => {
      Object.assign(this.fields, headers);
      const code = headers["grpc-status"];
      const message = decodeURIComponent(`${headers["grpc-message"] ?? ""}`);
      if (code !== undefined) this.status ??= `${Code[Number(code)]}: ${message}`;
    };
    stream.on("response", take);
    stream.on("trailers", take);
    stream.on("error", () => {}); // A call that is refused can end with a reset.
    stream.resume();
  }

  /** How much of what was written the server does not take yet. */
  get waitingBytes(): number {
    return this.stream.writableLength;
  }

  write(bytes: Uint8Array): this {
    this.stream.write(bytes);
    return this;
  }

  /** Reads nothing from here on. */
  stall(): this {
    this.stream.pause();
    return this;
  }

  end(): this {
    this.stream.end();
    return this;
  }
}
