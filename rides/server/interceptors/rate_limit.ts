import { ResourceExhausted } from "../../domain/failure.ts";
import { statusOf } from "../../wire/status.ts";
import type { Settings } from "../settings.ts";
import type { Call, Interceptor } from "./interceptor.ts";
import { type Bucket, TokenBuckets } from "./token_buckets.ts";

/** What calls are counted by. */
export type RatedBy = "address" | "identity";

type Rates = Pick<Settings, "ratePerAddress" | "ratePerIdentity" | "rateBurst">;

/**
 * How many addresses, and how many identities, are remembered: 10 MB each. Not a setting: with fewer, a
 * client with many addresses would get a burst for each, and more are not seen at once.
 */
const MOST_CALLERS = 100_000;

/**
 * Refuses calls that come too fast from one address or identity, with RESOURCE_EXHAUSTED and a
 * `google.rpc.RetryInfo`. A call without an identity is not counted by it. A stream is one call.
 *
 * @returns nothing where there is no such limit
 */
export function rateLimit(by: RatedBy, rates: Rates): Interceptor[] {
  const perSecond = by === "address" ? rates.ratePerAddress : rates.ratePerIdentity;
  if (perSecond === 0) return [];
  return [new RateLimit(by, new TokenBuckets(perSecond, rates.rateBurst, MOST_CALLERS))];
}

class RateLimit implements Interceptor {
  constructor(private readonly by: RatedBy, private readonly buckets: TokenBuckets) {}

  onRequest(call: Call): void {
    const caller = this.by === "address" ? call.connection.addressBlock : call.identity;
    if (caller === undefined) return;
    const now = performance.now();
    const waitMs = this.buckets.take(this.#bucketOf(call, caller, now), now);
    if (waitMs === 0) return;
    const retryMs = Math.ceil(waitMs);
    const message = `too many calls of this ${this.by}; the next one is taken in ${retryMs} ms`;
    call.sendStatus(statusOf(new ResourceExhausted(message, retryMs)));
  }

  /** Looked up once per connection, as long as all its calls are by one caller. */
  #bucketOf({ connection }: Call, caller: string, now: number): Bucket {
    const last = connection.lastRated[this.by];
    if (last?.caller === caller) return last.bucket;
    const bucket = this.buckets.of(caller, now);
    connection.lastRated[this.by] = { caller, bucket };
    return bucket;
  }
}
