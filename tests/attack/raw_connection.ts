import { Buffer } from "node:buffer";
import { FrameType } from "../../rides/http2/frame.ts";
import {
  type Frame,
  parseFrames,
  PREFACE,
  settings,
  SETTINGS_ACK,
} from "../http2/support/frames.ts";
import { borneBut, type Ending, sleep } from "./definition.ts";

const FRAME_HEADER_BYTES = 9;
const READ_BYTES = 65_536;

/** A client's end of a connection that sends what it is told to, whatever the server thinks of it. */
export class RawConnection implements AsyncDisposable {
  /** When the connection stood, as `performance.now()` has it. */
  readonly openedAt = performance.now();
  readonly #socket: Deno.Conn;
  readonly #ended = Promise.withResolvers<void>();
  #closedAt: number | undefined;
  #goawayCode: number | undefined;
  #reading: Promise<void> | undefined;

  private constructor(socket: Deno.Conn) {
    this.#socket = socket;
  }

  /** Connects to a server of this machine; with `ca`, PEM, in TLS. */
  static async open(port: number, ca?: string): Promise<RawConnection> {
    const at = { hostname: "127.0.0.1", port };
    if (ca !== undefined) {
      return new RawConnection(
        await Deno.connectTls({ ...at, caCerts: [ca], alpnProtocols: ["h2"] }),
      );
    }
    const socket = await Deno.connect(at);
    socket.setNoDelay();
    return new RawConnection(socket);
  }

  /** Sends the preface (RFC 9113, 3.4) and acknowledges the server's settings unseen. */
  async begin(...values: (readonly [id: number, value: number])[]): Promise<this> {
    await this.send(Buffer.concat([PREFACE, settings(...values), SETTINGS_ACK]));
    return this;
  }

  /** Reads, so that the server can write; without it the server's answers stay where they are. */
  read(onFrame: (frame: Frame) => void = () => {}): this {
    this.#reading ??= this.#readAll(onFrame);
    return this;
  }

  /** False once the server has closed. */
  async send(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#socket.write(bytes.subarray(sent));
      }
    } catch {
      this.#close();
    }
    return !this.isClosed;
  }

  /** Ends this side of the connection: the server reads its end, and can still write. */
  async closeWrite(): Promise<void> {
    await this.#socket.closeWrite().catch(() => this.#close());
  }

  /** Resolves when the server has closed. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get isClosed(): boolean {
    return this.#closedAt !== undefined;
  }

  /** When the end was noticed, as `performance.now()` has it. */
  get closedAt(): number | undefined {
    return this.#closedAt;
  }

  /** The code of the last GOAWAY that was read (RFC 9113, 7). */
  get goawayCode(): number | undefined {
    return this.#goawayCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }

  async #readAll(onFrame: (frame: Frame) => void): Promise<void> {
    const chunk = Buffer.alloc(READ_BYTES);
    let unparsed = Buffer.alloc(0);
    try {
      for (let count; (count = await this.#socket.read(chunk)) !== null;) {
        const bytes = Buffer.concat([unparsed, chunk.subarray(0, count)]);
        let parsed = 0;
        for (const frame of parseFrames(bytes)) {
          parsed += FRAME_HEADER_BYTES + frame.payload.length;
          if (frame.type === FrameType.GOAWAY) this.#goawayCode = frame.payload.readUInt32BE(4);
          onFrame(frame);
        }
        unparsed = Buffer.from(bytes.subarray(parsed));
      }
    } catch {
      // A reset is an end as well.
    }
    this.#close();
  }

  #close(): void {
    this.#closedAt ??= performance.now();
    this.#ended.resolve();
  }
}

/** Leaves the connections open for as long as an attack lasts, which the server has to bear. */
export async function hold(
  connections: readonly RawConnection[],
  until: number,
): Promise<Ending[]> {
  await sleep(Math.max(500, until - performance.now()));
  const cut = connections.filter(({ isClosed }) => isClosed).length;
  return [borneBut(cut > 0 ? [`${cut} connections were closed`] : [])];
}
