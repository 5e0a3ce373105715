import { LimitError } from "./errors.ts";
import type { Outbound } from "./outbound.ts";

/** How many pings may come too early, as in every gRPC server. */
const MAX_STRIKES = 2;

/**
 * Limits keepalive pings: right after another one, a ping tells a client nothing new about whether the server
 * is there. Pings after a response do not count, since clients measure the line with them. The connection
 * ends with the message that makes gRPC clients ping less often (grpc/proposal, A8 and A18).
 */
export class PingGuard {
  private lastAt = -Infinity;
  private strikes = 0;
  private answersThen = 0;

  constructor(private readonly minIntervalMs: number, private readonly outbound: Outbound) {}

  /** A ping has come; throws LimitError when it is one too many. */
  check(): void {
    if (this.minIntervalMs === 0) return;
    const now = performance.now();
    const isEarly = now - this.lastAt < this.minIntervalMs;
    const { answers } = this.outbound;
    const hasAnswered = answers !== this.answersThen;
    this.lastAt = now;
    this.answersThen = answers;
    if (hasAnswered) this.strikes = 0;
    else if (isEarly && ++this.strikes > MAX_STRIKES) {
      throw new LimitError("minPingIntervalMs", "too_many_pings");
    }
  }
}
