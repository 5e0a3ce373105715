import { status as Code } from "@grpc/grpc-js";
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Server } from "node:net";
import { peerOf, PlaceList } from "../runtime/mod.ts";
import { REQUEST_ID, requestIdFor } from "./interceptors/request_id.ts";
import { takeTimeout } from "./interceptors/timeout.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { type NoCall, noCall } from "./no_call.ts";
import type { Warnings } from "./warnings.ts";

/** How much of an unknown path is logged. */
const MAX_PATH = 200;

/**
 * Watches what no interceptor sees of the HTTP/2 servers: connections, and requests that are not calls, which
 * it answers.
 */
export class Traffic {
  readonly #connections = new PlaceList<Connection>();

  constructor(
    private readonly log: Log,
    private readonly warnings: Warnings,
    private readonly metrics: Metrics | undefined,
    /** The paths of the methods that the server has. */
    private readonly methods: ReadonlySet<string>,
  ) {}

  /** Bound, so that it can be handed on as it is. */
  readonly watch = (server: Server): void => {
    server.on("session", (session: Session) => this.#onSession(session));
    // Before the listener of grpc-js, which would treat everything as a call.
    const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
    server.emit = (event: string, ...args: unknown[]) => {
      if (event !== "stream") return emit(event, ...args);
      const [stream, headers] = args as [ServerHttp2Stream, IncomingHttpHeaders];
      const refused = noCall(headers, this.methods);
      if (refused) {
        this.#refuse(stream, headers, refused);
        return true;
      }
      takeTimeout(stream, headers);
      return emit(event, ...args);
    };
  };

  readonly onLimit = (limit: string, reason: string, peer: string): void => {
    this.warnings.warn(limit, reason, { limit, peer });
    this.metrics?.connections.onLimit(limit);
  };

  readonly onHandshakeFailure = (reason: string, peer: string): void => {
    this.warnings.warn(reason, "a TLS handshake failed", { reason, peer });
    this.metrics?.connections.onHandshakeFailure();
  };

  /**
   * Ends every connection at once, whatever its peer has not taken. `forceShutdown` of grpc-js 1.14 does so only
   * where it counts for channelz; its other servers forget their sessions.
   */
  endConnections(): void {
    for (const { session } of this.#connections.all()) session.destroy();
  }

  #onSession(session: Session): void {
    const peer = peerOf(session.socket);
    const connection: Connection = { session, place: -1 };
    this.#connections.add(connection);
    this.log("debug", "a connection is open", { peer });
    this.metrics?.connections.onOpen();
    session.on("close", () => {
      this.#connections.delete(connection);
      this.log("debug", "a connection is closed", { peer });
      this.metrics?.connections.onClose();
    });
  }

  /** In one HEADERS frame, as grpc-js answers with a status alone ("Trailers-Only"). */
  #refuse(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    { http, code, reason }: NoCall,
  ): void {
    const requestId = requestIdFor(headers[REQUEST_ID]);
    stream.on("error", () => {}); // The client has hung up.
    // `node:http2` emits a stream one turn after its frame, when it may be gone already.
    if (!stream.destroyed) {
      stream.respond({
        ":status": http,
        ...http === 405 ? { allow: "POST" } : {},
        "content-type": "application/grpc",
        "grpc-status": code,
        "grpc-message": encodeURI(reason),
        [REQUEST_ID]: requestId,
      }, { endStream: true });
    }
    this.log("info", "a request that is not a call", {
      method: headers[":path"]?.slice(0, MAX_PATH),
      code: Code[code],
      reason,
      peer: stream.session && peerOf(stream.session.socket),
      request_id: requestId,
    });
    this.metrics?.calls.onNoCall(code);
  }
}

type Session = Pick<ServerHttp2Session, "socket" | "on" | "destroy">;

interface Connection {
  readonly session: Session;
  place: number;
}
