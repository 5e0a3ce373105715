import { AsyncLocalStorage } from "node:async_hooks";
import type { Server } from "node:net";
import type { ServerOptions } from "../http2/mod.ts";

/**
 * What servers run on: our own HTTP/2 engine, or `node:http2` with its faults worked around, as a fallback.
 */
export type Transport =
  | ({ readonly kind: "engine" } & Shared & Pick<ServerOptions, "watch">)
  | ({ readonly kind: "node" } & Shared);

/** What both have in common; `node` enforces only the limits that are not about HTTP/2 itself. */
type Shared = Pick<ServerOptions, "limits" | "onLimit" | "onHandshakeFailure" | "admission"> & {
  /** Whether other servers may listen on the same port; default not. */
  readonly reusePort?: boolean;
  /**
   * Called with each HTTP/2 server before it is used. It emits "session" and "stream" as that of
   * `node:http2` does.
   */
  readonly onServer?: (server: Server) => void;
};

const chosen = new AsyncLocalStorage<Transport>();

/**
 * Calls `make`; servers that grpc-js makes in it, or in what it starts, run on `transport`. grpc-js makes its
 * HTTP/2 servers some turns after `bindAsync` and passes no options through, so the choice travels with the
 * asynchronous context.
 */
export function onTransport<Result>(transport: Transport, make: () => Result): Result {
  return chosen.run(transport, make);
}

/** The transport of the server that is being made; `node:http2` where none was chosen. */
export function chosenTransport(): Transport {
  return chosen.getStore() ?? { kind: "node" };
}
