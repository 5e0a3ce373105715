import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { RawCalls } from "../attack/raw_calls.ts";
import { BODIES } from "../bench/bodies.ts";
import { type Channel, raw } from "../support/exchange.ts";
import { faultyService } from "../support/faulty_service.ts";
import { BEYOND_THE_POLE, POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const { Start, Track } = ridesDefinition;
const UUID = "01980000-0000-7000-8000-000000000000";

/** Before each message stand its length and whether it is compressed. */
const PREFIX_BYTES = 5;

/** The runtime's streams do not say how many bytes went over them. */
const countsBytes = Deno.env.get("RIDES_TRANSPORT") !== "node";

const { Throws } = faultyService.definition;

Deno.test("timing - a line has method, code, peer, duration, amounts and request id", async () => {
  await using serving = await Serving.start();
  await serving.channel.call(Start, RIDE, { metadata: { "x-request-id": "r-1" } });
  const { level, message, fields } = await serving.log.line(Start.path);
  const { peer, duration_ms, ...others } = fields;
  equal(level, "info");
  equal(message, `/Rides/Start took ${Number(duration_ms).toFixed(2)}ms`);
  match(String(peer), /^127\.0\.0\.1:\d+$/);
  const request = PREFIX_BYTES + Start.requestSerialize(RIDE).length;
  deepEqual(others, {
    method: Start.path,
    code: "OK",
    details: undefined,
    identity: undefined,
    messages_in: 1,
    messages_out: 1,
    bytes_in: countsBytes ? request : undefined,
    bytes_out: countsBytes
      ? PREFIX_BYTES + Start.responseSerialize({ id: UUID }).length
      : undefined,
    request_id: "r-1",
    trace_id: undefined,
  });
});

Deno.test("timing - a stream's messages and their bytes are counted", async () => {
  await using serving = await Serving.start();
  await serving.channel.open(Track).send(POSITION, POSITION, POSITION).end();
  const { messages_in, messages_out, bytes_in } = (await serving.log.line(Track.path)).fields;
  deepEqual({ messages_in, messages_out }, { messages_in: 3, messages_out: 1 });
  const each = PREFIX_BYTES + Track.requestSerialize(POSITION).length;
  equal(bytes_in, countsBytes ? 3 * each : undefined);
});

Deno.test("timing - a stream is timed to its end", async () => {
  await using serving = await Serving.start();
  const call = serving.channel.open(Track).send(POSITION);
  await serving.channel.call(Start, RIDE); // By now the stream has arrived.
  await new Promise((resolve) => setTimeout(resolve, 300));
  equal(serving.log.lines.length, 1);
  await call.end();
  const { fields } = await serving.log.line(Track.path);
  equal(fields.code, "OK");
  ok(Number(fields.duration_ms) >= 250, `${fields.duration_ms} ms`);
});

const CODES: [string, string, { path: string }, (channel: Channel) => Promise<unknown>][] = [
  ["a refusal", "INVALID_ARGUMENT", Start, (to) => to.call(Start, { ...RIDE, driverId: "" })],
  [
    "a refusal in a stream",
    "INVALID_ARGUMENT",
    Track,
    (to) => to.open(Track).send(BEYOND_THE_POLE).ended,
  ],
  ["a handler that throws", "INTERNAL", Throws, (to) => to.call(Throws, Buffer.alloc(1))],
  [
    "a deadline of a stream",
    "DEADLINE_EXCEEDED",
    Track,
    // Only the server knows of it: a client that does so too cancels the call first.
    (to) => to.open(Track, { deadline: Infinity, metadata: { "grpc-timeout": "200m" } }).ended,
  ],
  [
    "malformed protobuf",
    "INVALID_ARGUMENT",
    Start,
    (to) => to.call(raw(Start), Buffer.from([8, 128])),
  ],
  [
    "an oversized message",
    "RESOURCE_EXHAUSTED",
    Start,
    (to) => to.call(raw(Start), Buffer.alloc(5 << 20)),
  ],
];

for (const [what, code, { path }, call] of CODES) {
  Deno.test(`timing - logs ${what} as ${code}, once`, async () => {
    await using serving = await Serving.start({ services: [faultyService] });
    await call(serving.channel);
    equal((await serving.log.line(path)).fields.code, code);
    await serving.server.shutdown();
    equal(serving.log.lines.filter(({ level }) => level === "info").length, 1);
  });
}

Deno.test("timing - logs a stream that its client cancels as CANCELLED", async () => {
  await using serving = await Serving.start();
  // In Deno a client of grpc-js ends its stream before it resets it, and OK may be quicker than that.
  await using calls = await RawCalls.open(serving.port);
  const call = await calls.start(Track.path, BODIES.Track(1), { ends: false });
  equal(await calls.call(Start.path, BODIES.Start()), "OK"); // By now the stream has arrived.
  await call.cancel();
  equal((await serving.log.line(Track.path)).fields.code, "CANCELLED");
});
