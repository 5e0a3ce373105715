import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Server } from "node:net";
import { peerOf } from "../runtime/mod.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics/metrics.ts";

/** What of a path that nobody has is worth a place in the log. */
const MAX_PATH = 200;

/**
 * Watches what no interceptor sees of the HTTP/2 servers: connections, and requests that grpc-js answers
 * by itself since they are no call of a method that the server has.
 */
export class Traffic {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics | undefined,
    /** The paths of the methods that the server has. */
    private readonly methods: ReadonlySet<string>,
  ) {}

  /** Bound, so that it can be handed on as it is. */
  readonly watch = (server: Server): void => {
    server.on("session", (session: Session) => this.#onSession(session));
    server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const path = headers[":path"];
      if (path === undefined || !this.methods.has(path)) this.#onUnknown(stream, path);
    });
  };

  readonly onLimit = (limit: string, reason: string, peer: string): void => {
    this.log("warn", reason, { limit, peer });
    this.metrics?.connections.onLimit(limit);
  };

  readonly onHandshakeFailure = (reason: string, peer: string): void => {
    this.log("warn", "a TLS handshake failed", { reason, peer });
    this.metrics?.connections.onHandshakeFailure();
  };

  #onSession(session: Session): void {
    const peer = peerOf(session.socket);
    this.log("debug", "a connection is open", { peer });
    this.metrics?.connections.onOpen();
    session.once("close", () => {
      this.log("debug", "a connection is closed", { peer });
      this.metrics?.connections.onClose();
    });
  }

  #onUnknown({ session }: ServerHttp2Stream, path = ""): void {
    this.log("info", "a request for no method of this server", {
      method: path.slice(0, MAX_PATH),
      code: "UNIMPLEMENTED",
      peer: session && peerOf(session.socket),
    });
    this.metrics?.calls.onUnknownMethod();
  }
}

type Session = Pick<ServerHttp2Session, "socket" | "once">;
