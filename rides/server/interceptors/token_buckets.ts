/** The state of one caller: the time at which its bucket is full again, in ms. */
export interface Bucket {
  fullAt: number;
}

/** How many old buckets are examined to find one that is not needed. */
const LOOKED_AT = 8;

/**
 * Token buckets by caller: each allows `perSecond` calls in the long run, and `burst` at once after a rest. A
 * bucket is one number, as in the generic cell rate algorithm (ITU-T I.371).
 *
 * There are at most `most` of them, so that many callers cannot fill the memory. A full bucket is as good as
 * none, and is dropped first; if the old ones are all in use the oldest is dropped, and its caller gets a
 * burst for free.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #intervalMs: number;

  constructor(perSecond: number, private readonly burst: number, private readonly most: number) {
    this.#intervalMs = 1_000 / perSecond;
  }

  /** How many there are. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The bucket of that caller. */
  of(caller: string, nowMs: number): Bucket {
    const known = this.#buckets.get(caller);
    if (known) return known;
    if (this.#buckets.size >= this.most) this.#makeRoom(nowMs);
    const bucket = { fullAt: nowMs };
    this.#buckets.set(caller, bucket);
    return bucket;
  }

  /** Takes a token, and returns 0; or takes none, and returns in how many ms there will be one. */
  take(bucket: Bucket, nowMs: number): number {
    const from = Math.max(bucket.fullAt, nowMs);
    const waitMs = from - nowMs - (this.burst - 1) * this.#intervalMs;
    if (waitMs > 0) return waitMs;
    bucket.fullAt = from + this.#intervalMs;
    return 0;
  }

  #makeRoom(nowMs: number): void {
    let lookedAt = 0;
    for (const [caller, bucket] of this.#buckets) {
      this.#buckets.delete(caller);
      if (bucket.fullAt <= nowMs || ++lookedAt === LOOKED_AT) return;
      this.#buckets.set(caller, bucket);
    }
  }
}
