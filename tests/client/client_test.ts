import { equal, match, ok, rejects, throws } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import type { Position } from "../../rides/domain/position.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

Deno.test("client - an integer beyond 64 bits is a RangeError of the caller", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  const carId = 2n ** 63n;
  await rejects(client.start({ ...RIDE, carId }), RangeError);
  await rejects(client.track([POSITION, { ...POSITION, carId }]), RangeError);
});

for (const timeoutMs of [0, -1, NaN, Infinity, 2 ** 31]) {
  Deno.test(`client - a timeout of ${timeoutMs} ms is refused`, () => {
    throws(() => new RidesClient({ timeoutMs }), (error) => {
      ok(error instanceof TypeError);
      match(error.message, /^timeoutMs: .+ is not from 1 to 2147483647$/);
      return true;
    });
  });
}

Deno.test("client - the longest timeout is one", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address, timeoutMs: 2 ** 31 - 1 });
  match(await client.start(RIDE), /^\w{8}-/);
  equal(await client.track([POSITION]), 1);
});

/** A source that cannot be closed. */
function unclosable(fail: () => Promise<never>): Iterable<Position> | AsyncIterable<Position> {
  const results = [{ done: false, value: POSITION }, { done: true, value: undefined }];
  const iterator = { next: () => results.shift(), return: fail };
  return { [Symbol.iterator]: () => iterator } as unknown as Iterable<Position>;
}

const CLOSINGS: [string, () => Promise<never>][] = [
  ["throws", () => {
    throw new Error("cannot close");
  }],
  ["rejects", () => Promise.reject(new Error("cannot close"))],
];

for (const [how, fail] of CLOSINGS) {
  Deno.test(`client - a source whose closing ${how} does not change the count`, async () => {
    await using serving = await Serving.start();
    await using client = new RidesClient({ address: serving.address });
    equal(await client.track(unclosable(fail)), 1);
  });
}

Deno.test({
  name: "RidesClient - every one of a process says that nothing listens, not the first alone",
  // grpc-js waits to try again, also when the client is closed.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const options = { address: "127.0.0.1:1", retry: { attempts: 1 } };
    await using first = new RidesClient(options);
    const expected = { reason: /^nothing listens on 127\.0\.0\.1:1; / };
    await rejects(first.getInfor("trung"), expected);
    await using second = new RidesClient(options);
    await rejects(second.getInfor("trung"), expected);
  },
});
