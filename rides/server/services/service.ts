import type { ServiceDefinition } from "@grpc/grpc-js";

/** A service and its handlers. */
export interface Service {
  /** Its methods: as proto-loader defines them, or with codecs of our own. */
  readonly definition: ServiceDefinition;
  /**
   * A handler for each method, by name, as grpc-js takes them. One that answers with a single message
   * may also return it, or a promise of it, and every one may throw a `Failure`.
   */
  readonly handlers: object;
  /**
   * Called once, when the server begins to refuse calls: after `drainDelayMs`, just before its
   * connections are told to go (GOAWAY). Here a service says goodbye on streams that would never end by
   * themselves: it writes a last event, with what the client needs to go on elsewhere (a resume token),
   * and ends them, best with `Unavailable`, after which clients try again. No stream with several
   * answers begins after this call; other calls may, for as long as a round trip takes.
   *
   * The server waits for the promise within the grace; what still runs then is cut. What it rejects
   * with is logged, and the drain goes on.
   *
   * @param graceOver aborts when the grace is over
   */
  drain?(graceOver: AbortSignal): void | Promise<void>;
}
