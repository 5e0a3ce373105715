/** Streams to a server that takes connections, answers pings, and says nothing to a call. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { encodeBatch } from "../../rides/client/upload/batch.ts";
import { Http2Port } from "../support/http2_port.ts";
import { POSITION } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

/** Shorter than what a quiet stream waits for below. */
const TIMEOUT_MS = 300;

const SILENT = {
  name: "CallFailure",
  message: `DEADLINE_EXCEEDED: the server does not answer (waited ${TIMEOUT_MS} ms)`,
};

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3 * TIMEOUT_MS));
}

/** Takes everything that comes. */
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const taken = [];
  for await (const item of items) taken.push(item);
  return taken;
}

/** A test that lets go of grpc-js's timers, which `close` leaves for a while. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function* requests(quiet?: Promise<void>) {
  yield encodeBatch(1, [POSITION]);
  await quiet;
  yield encodeBatch(2, [POSITION]);
}

test("watch - ends when the server does not begin to respond in time", async () => {
  await using port = await Http2Port.open();
  await using client = new RidesClient({ address: port.address, timeoutMs: TIMEOUT_MS });
  await rejects(all(client.cars.watch({ kind: "all" })), SILENT);
  await rejects(all(client.rides.watch("x")), SILENT);
});

test("watch - may be quiet behind its first response", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address, timeoutMs: TIMEOUT_MS });
  const watch = client.cars.watch({ kind: "all" });
  equal((await watch.next()).value?.kind, "events");
  const next = watch.next();
  await pause();
  await client.track([POSITION]);
  equal((await next).value?.kind, "events");
  await watch.return(undefined);
});

test("upload - ends when what was sent is not acknowledged in time", async () => {
  await using port = await Http2Port.open();
  await using client = new RidesClient({ address: port.address, timeoutMs: TIMEOUT_MS });
  await rejects(all(client.cars.upload(requests(), undefined, () => true)), SILENT);
});

test("upload - may be quiet while nothing is to be acknowledged", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address, timeoutMs: TIMEOUT_MS });
  let acknowledged = 0;
  const sequences = [];
  // Slow to send, and slow to take what comes.
  for await (
    const sequence of client.cars.upload(requests(pause()), undefined, () => acknowledged === 0)
  ) {
    acknowledged = sequence;
    sequences.push(sequence);
    await pause();
  }
  deepEqual(sequences, [1, 2]);
});
