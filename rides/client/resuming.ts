import { status as Code } from "@grpc/grpc-js";
import { backoffMs, pause } from "./backoff.ts";
import { CallFailure } from "./call_failure.ts";
import { ForeignFailure } from "./foreign_answer.ts";

/** What a watch yields. */
export type Watched<Events> =
  /** What happened, in order, and where to resume after it. */
  | { readonly kind: "events"; readonly events: Events; readonly resumeToken: string }
  /** The connection is lost; it is tried again in `retryMs`. */
  | { readonly kind: "lost"; readonly failure: CallFailure; readonly retryMs: number }
  /**
   * It is back after `lostMs` in which nothing was heard. What happened meanwhile follows; if it was
   * `missed`, the server no longer had it, and what follows is the present state.
   */
  | { readonly kind: "gap"; readonly lostMs: number; readonly missed: boolean };

/** How a watch goes on after a lost connection. */
export interface WatchOptions {
  /** Where to continue, from an earlier watch of the same; default: with the present state. */
  readonly resumeToken?: string;
  /** How long a server may be away, in milliseconds, before the watch fails; 0: it fails at once.
   * Default 10 minutes. */
  readonly reconnectMs?: number;
  /** Ends the watch as if nothing more came. */
  readonly signal?: AbortSignal;
}

/** The codes after which trying again may help. */
const PASSING: ReadonlySet<Code> = new Set([
  Code.UNAVAILABLE,
  // How a connection to a killed server ends depends on what the system still sent for it.
  Code.INTERNAL,
  Code.UNKNOWN,
  Code.CANCELLED,
  // A limit on how long a call may run.
  Code.DEADLINE_EXCEEDED,
  // This reader was too slow, or there are too many.
  Code.RESOURCE_EXHAUSTED,
  Code.ABORTED,
]);

/** Whether a stream that ended like this may continue in another. */
export function isPassing(error: unknown): error is CallFailure {
  return error instanceof CallFailure && PASSING.has(error.code);
}

/** Whether a proxy answered 404, as while it has no server behind it. */
function isNotFound(error: CallFailure): boolean {
  return error instanceof ForeignFailure && error.code === Code.UNIMPLEMENTED;
}

/**
 * A watch that continues, after what it has told, when its connection is lost or its server restarts.
 *
 * @param call starts the stream after a token
 * @param endless whether an end without a failure counts as a lost connection
 * @throws {CallFailure} if the first stream fails before its first response, and if trying again does not
 * help
 */
export async function* resuming<Response extends { readonly resumeToken: string }>(
  call: (resumeToken: string) => AsyncIterable<Response>,
  endless: boolean,
  { resumeToken = "", reconnectMs = 600_000, signal }: WatchOptions,
): AsyncGenerator<Watched<Response>> {
  let token = resumeToken;
  let heard = false;
  let missed = false;
  /** When the last stream ended, while there is no other. */
  let lostAt: number | undefined;
  for (let failures = 0;;) {
    let failure: CallFailure;
    try {
      for await (const events of call(token)) {
        if (lostAt !== undefined) {
          yield { kind: "gap", lostMs: Date.now() - lostAt, missed };
          lostAt = undefined;
        }
        [heard, missed, failures] = [true, false, 0];
        token = events.resumeToken;
        yield { kind: "events", events, resumeToken: token };
      }
      if (!endless || signal?.aborted) return;
      failure = new CallFailure(Code.UNAVAILABLE, "the server ended the stream");
    } catch (error) {
      if (signal?.aborted) return;
      if (!heard || !(error instanceof CallFailure)) throw error;
      if (error.code === Code.OUT_OF_RANGE && token !== "") {
        // What happened meanwhile is gone: continue with the present state.
        [token, missed] = ["", true];
        continue;
      }
      if (!isPassing(error) && !isNotFound(error)) throw error;
      failure = error;
    }
    lostAt ??= Date.now();
    failures++;
    if (Date.now() - lostAt >= reconnectMs) throw failure;
    const retryMs = backoffMs(failures);
    yield { kind: "lost", failure, retryMs };
    await pause(retryMs, signal);
    if (signal?.aborted) return;
  }
}
