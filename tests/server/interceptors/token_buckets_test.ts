import { deepEqual, equal, ok } from "node:assert/strict";
import { TokenBuckets } from "../../../rides/server/interceptors/token_buckets.ts";

Deno.test("TokenBuckets - give a burst, then one in its time", () => {
  const buckets = new TokenBuckets(10, 3, 100);
  const bucket = buckets.of("a", 1_000);
  const waits = [1_000, 1_000, 1_000, 1_000, 1_099, 1_100, 1_100].map((now) =>
    buckets.take(bucket, now)
  );
  deepEqual(waits, [0, 0, 0, 100, 1, 0, 100]);
});

Deno.test("TokenBuckets - a rest fills no more than a burst", () => {
  const buckets = new TokenBuckets(10, 2, 100);
  const bucket = buckets.of("a", 0);
  deepEqual([0, 0].map((now) => buckets.take(bucket, now)), [0, 0]);
  deepEqual([60_000, 60_000, 60_000].map((now) => buckets.take(bucket, now)), [0, 0, 100]);
});

Deno.test("TokenBuckets - each caller has its own", () => {
  const buckets = new TokenBuckets(1, 1, 100);
  equal(buckets.take(buckets.of("a", 0), 0), 0);
  equal(buckets.take(buckets.of("b", 0), 0), 0);
  equal(buckets.take(buckets.of("a", 0), 0), 1_000);
});

Deno.test("TokenBuckets - no number of callers makes more of them than may be", () => {
  const buckets = new TokenBuckets(1, 1, 50);
  for (let caller = 0; caller < 10_000; caller++) {
    buckets.take(buckets.of(`caller ${caller}`, caller / 100), caller / 100);
    ok(buckets.size <= 50);
  }
});

Deno.test("TokenBuckets - a caller who is held back stays so while others come and go", () => {
  const buckets = new TokenBuckets(1, 1, 4);
  equal(buckets.take(buckets.of("busy", 0), 0), 0);
  // These take nothing, and so are as good as absent.
  for (let caller = 0; caller < 100; caller++) buckets.of(`idle ${caller}`, 1);
  equal(buckets.take(buckets.of("busy", 1), 1), 999);
});
