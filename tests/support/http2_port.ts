import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { once } from "node:events";

/** A server of HTTP/2 that is none of gRPC: it does with a request what the test wants. */
export class Http2Port implements AsyncDisposable {
  readonly #sessions = new Set<{ destroy(): void }>();

  private constructor(readonly server: Http2Server) {
    server.on("session", (session) => this.#sessions.add(session));
  }

  /**
   * @param answer default: says nothing, though pings are answered below it
   * @param at default any port
   */
  static async open(
    answer: (stream: ServerHttp2Stream) => void = () => {},
    at = 0,
  ): Promise<Http2Port> {
    const port = new Http2Port(createServer());
    port.server.on("stream", (stream) => {
      stream.on("error", () => {}); // The client may have left.
      answer(stream as ServerHttp2Stream);
    });
    await once(port.server.listen(at, "127.0.0.1"), "listening");
    return port;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.server.close();
    await once(this.server, "close");
  }
}
