import { equal, match, ok } from "node:assert/strict";
import { CallFailure } from "../../rides/client/call_failure.ts";
import { RidesClient } from "../../rides/client/client.ts";
import type { Position } from "../../rides/domain/position.ts";
import { POSITION } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { SilentPort } from "../support/silent_port.ts";

/** What `work` fails with. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("did not fail");
}

/** A source that gives `first` and then nothing, until it is released. */
class QuietSource implements AsyncIterable<Position> {
  readonly #released = Promise.withResolvers<void>();

  constructor(readonly first: readonly Position[] = []) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Position> {
    yield* this.first;
    await this.#released.promise;
  }

  [Symbol.dispose](): void {
    this.#released.resolve();
  }
}

/** A test that lets go of grpc-js's timers for its next attempt to connect, which `close` leaves. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

for (const first of [[], [POSITION]]) {
  test(`track - a silent server ends it in time; the source gave ${first.length}`, async () => {
    await using port = new SilentPort();
    await using client = new RidesClient({ address: port.address, timeoutMs: 300 });
    using source = new QuietSource(first);
    const failure = await failureOf(client.track(source));
    ok(failure instanceof CallFailure, String(failure));
    equal(failure.status, "DEADLINE_EXCEEDED");
    match(failure.reason, /^no answer from 127\.0\.0\.1:\d+; check the address/);
  });
}

test("track - a signal ends the wait for a silent server, with its reason", async () => {
  await using port = new SilentPort();
  await using client = new RidesClient({ address: port.address, timeoutMs: 60_000 });
  using source = new QuietSource();
  for (const first of [[], [POSITION], source]) {
    const over = new AbortController();
    const failure = failureOf(client.track(first, { signal: over.signal }));
    await port.called;
    over.abort();
    equal(await failure, over.signal.reason);
    equal(await failureOf(client.track(first, { signal: over.signal })), over.signal.reason);
  }
});

test("track - a signal cuts short nothing that is sent", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  const over = new AbortController();
  async function* source() {
    yield POSITION;
    yield POSITION;
    over.abort();
  }
  equal(await client.track(source(), { signal: over.signal }), 2);
});

test("track - a refused connection ends it at once, whatever the source does", async () => {
  await using client = new RidesClient({ address: "127.0.0.1:1", timeoutMs: 60_000 });
  using source = new QuietSource();
  const failure = await failureOf(client.track(source));
  ok(failure instanceof CallFailure, String(failure));
  match(failure.message, /^UNAVAILABLE: nothing listens on 127\.0\.0\.1:1; /);
});

test("track - a source may be slower than the timeout", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address, timeoutMs: 2_000 });
  using source = new QuietSource([POSITION, POSITION]);
  setTimeout(() => source[Symbol.dispose](), 3_000);
  equal(await client.track(source), 2);
});

test("track - a source that fails is told, whether there is a server or not", async () => {
  await using client = new RidesClient({ address: "127.0.0.1:1" });
  const problem = new Error("cannot be read");
  // deno-lint-ignore require-yield -- it fails before
  async function* failing(): AsyncGenerator<Position> {
    await Promise.resolve();
    throw problem;
  }
  equal(await failureOf(client.track(failing())), problem);
});
