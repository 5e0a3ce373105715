import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { FIX_FLAGS } from "../../rides/domain/fix.ts";
import type { Position } from "../../rides/domain/position.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { violationsOf } from "../../rides/wire/error_details.ts";
import {
  carServiceDefinition as calls,
  type ListPositions,
} from "../../rides/wire/v1/car_service.ts";
import { bytesField } from "../attack/protobuf.ts";
import { byteMethod } from "../support/byte_method.ts";
import { pagesOf } from "../support/pages.ts";
import { BEYOND_THE_POLE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { Watching } from "../support/watching.ts";
import { fixAt } from "../support/fixes.ts";
import { eventually } from "../support/eventually.ts";

const START_SECONDS = Date.UTC(2026, 0, 1) / 1000;

/** A position a second of a car that drives north at 11 m/s. */
function drive(carId: bigint, count: number, from = 0): Position[] {
  return Array.from({ length: count }, (_, index) => ({
    carId,
    time: { seconds: START_SECONDS + from + index, nanos: 0 },
    location: { lat: (from + index) * 1e-4, lng: 10 },
  }));
}

const ALL: ListPositions = {
  parent: "cars/7",
  from: null,
  to: null,
  pageSize: 0,
  pageToken: "",
  simplifyTo: 0,
};

async function upload(serving: Serving, positions: Position[], firstSequence = 0) {
  return await serving.channel.open(calls.UploadPositions)
    .send({ firstSequence, positions }).end();
}

Deno.test("Track - what was counted can be listed", async () => {
  await using serving = await Serving.start();
  const { channel } = serving;
  const { answers } = await channel.open(ridesDefinition.Track).send(...drive(7n, 5)).end();
  deepEqual(answers, [{ count: 5 }]);
  const listed = await channel.call(calls.ListPositions, ALL);
  deepEqual(
    listed.answers[0]!.positions.map((
      { timeMs, latE7, lngE7, flags },
    ) => [timeMs, latE7, lngE7, flags]),
    drive(7n, 5).map((_, index) => [(START_SECONDS + index) * 1000, index * 1000, 1e8, 0]),
  );
});

Deno.test("Track - what was counted before a refusal is stored", async () => {
  await using serving = await Serving.start();
  const { channel } = serving;
  const { status } = await channel.open(ridesDefinition.Track)
    .send(...drive(7n, 3), BEYOND_THE_POLE).end();
  equal(status, "INVALID_ARGUMENT");
  const { answers } = await channel.call(calls.ListPositions, ALL);
  equal(answers[0]!.positions.length, 3);
});

Deno.test("UploadPositions - acknowledges what is stored, up to the last", async () => {
  await using serving = await Serving.start();
  const exchange = serving.channel.open(calls.UploadPositions);
  exchange.send({ firstSequence: 100, positions: drive(7n, 10) });
  await eventually("an acknowledgement", () => exchange.answers.at(-1)?.committedSequence === 109);
  exchange.send({ firstSequence: 110, positions: drive(7n, 5, 10) });
  const { status, answers } = await exchange.end();
  equal(status, "OK");
  equal(answers.at(-1)?.committedSequence, 114);
  const sequences = answers.map(({ committedSequence }) => committedSequence);
  ok(sequences.every((sequence, index) => index === 0 || sequence > sequences[index - 1]!));
});

Deno.test("UploadPositions - a position that comes twice is stored once, and acknowledged again", async () => {
  await using serving = await Serving.start();
  for (const first of [0, 3]) {
    const { answers } = await upload(serving, drive(7n, 10), first);
    equal(answers.at(-1)?.committedSequence, first + 9);
  }
  const { answers } = await serving.channel.call(calls.ListPositions, ALL);
  equal(answers[0]!.positions.length, 10);
});

Deno.test("UploadPositions - another location at the same time keeps the first, and flags it", async () => {
  await using serving = await Serving.start();
  const [position] = drive(7n, 1);
  await upload(serving, [position!]);
  await upload(serving, [{ ...position!, location: { lat: 0.5, lng: 10 } }]);
  const { answers } = await serving.channel.call(calls.ListPositions, ALL);
  const [kept] = answers[0]!.positions;
  deepEqual([kept?.latE7, kept?.flags], [0, FIX_FLAGS.conflict]);
});

Deno.test("UploadPositions - what the receiver knows besides comes back, what not stays unknown", async () => {
  await using serving = await Serving.start();
  const [first, second] = drive(7n, 2);
  await upload(serving, [
    { ...first!, speedMps: 13.5, headingDegrees: 271.25, accuracyMeters: 0 },
    second!,
  ]);
  const { answers } = await serving.channel.call(calls.ListPositions, ALL);
  deepEqual(
    answers[0]!.positions.map(({ speedCmps, headingCdeg, accuracyCm }) => [
      speedCmps,
      headingCdeg,
      accuracyCm,
    ]),
    [[1350, 27125, 0], [-1, -1, -1]],
  );
});

Deno.test("UploadPositions - a refusal names sequence and place; what came before is acknowledged", async () => {
  await using serving = await Serving.start();
  const { status, details, answers, trailers } = await upload(
    serving,
    [...drive(7n, 3), { ...BEYOND_THE_POLE, headingDegrees: 360 }, ...drive(7n, 3, 3)],
    10,
  );
  equal(status, "INVALID_ARGUMENT");
  equal(details, "sequence 13: positions[3].location.lat: 91 is out of range [-90, 90]");
  deepEqual(violationsOf(trailers).map(({ field }) => field), [
    "positions[3].location.lat",
    "positions[3].heading_degrees",
  ]);
  equal(answers.at(-1)?.committedSequence, 12);
});

Deno.test("UploadPositions - others have their turn within a request", async () => {
  await using watching = await Watching.start();
  const { storage, serving } = watching;
  const put = storage.put.bind(storage);
  let inTurn = 0;
  let most = 0;
  storage.put = (fix) => {
    if (inTurn++ === 0) setImmediate(() => inTurn = 0);
    most = Math.max(most, inTurn);
    return put(fix);
  };
  const { status, answers } = await upload(serving, drive(7n, 10_000), 1);
  equal(status, "OK");
  equal(answers.at(-1)?.committedSequence, 10_000);
  ok(most < 1_000, `${most} positions were taken before others had their turn`);
});

Deno.test("UploadPositions - what is no position is named; what came before is acknowledged", async () => {
  await using serving = await Serving.start();
  const method = {
    ...byteMethod(calls.UploadPositions.path, true, true),
    responseDeserialize: calls.UploadPositions.responseDeserialize,
  };
  const request = calls.UploadPositions.requestSerialize({
    firstSequence: 10,
    positions: drive(7n, 3),
  });
  const { status, details, answers } = await serving.channel.open(method)
    .send(Buffer.concat([request, bytesField(2, bytesField(1, "seven"))])).end();
  equal(status, "INVALID_ARGUMENT");
  match(details, /^positions\[3\]: cannot be read: /);
  equal(answers.at(-1)?.committedSequence, 12);
});

Deno.test("UploadPositions - a sequence that goes back is refused", async () => {
  await using serving = await Serving.start();
  const exchange = serving.channel.open(calls.UploadPositions);
  exchange.send(
    { firstSequence: 5, positions: drive(7n, 2) },
    { firstSequence: 6, positions: drive(7n, 2) },
  );
  const { status, details } = await exchange.end();
  equal(status, "INVALID_ARGUMENT");
  match(details, /^first_sequence: 6 is not from 7, /);
});

Deno.test("UploadPositions - a sequence beyond 2^53 is refused as what it is", async () => {
  await using serving = await Serving.start();
  const method = byteMethod(calls.UploadPositions.path, true, true);
  const { status, details } = await serving.channel.open(method)
    .send(Buffer.from("08ffffffffffffffffff01", "hex")).end();
  equal(status, "INVALID_ARGUMENT");
  equal(details, "first_sequence: 18446744073709552000 is not from 0 to below 2^53");
});

Deno.test("ListPositions - pages hold every position once, and any size", async () => {
  await using serving = await Serving.start();
  await upload(serving, drive(7n, 25));
  await upload(serving, drive(8n, 3));
  const times: number[] = [];
  const pages = pagesOf(serving.channel, calls.ListPositions, { ...ALL, pageSize: 10 });
  for await (const { positions } of pages) times.push(...positions.map(({ timeMs }) => timeMs));
  deepEqual(times, drive(7n, 25).map(({ time }) => time!.seconds * 1000));
});

Deno.test("ListPositions - from is in the range, to is not", async () => {
  await using serving = await Serving.start();
  await upload(serving, drive(7n, 10));
  const at = (second: number) => ({ seconds: START_SECONDS + second, nanos: 0 });
  const { answers } = await serving.channel.call(calls.ListPositions, {
    ...ALL,
    from: at(2),
    to: at(5),
  });
  deepEqual(answers[0]!.positions.map(({ latE7 }) => latE7), [2000, 3000, 4000]);
  // Positions are kept to the millisecond, bounds are not.
  const behind = (second: number) => ({ ...at(second), nanos: 1 });
  const between = { ...ALL, from: behind(2), to: behind(5) };
  const { answers: [page] } = await serving.channel.call(calls.ListPositions, between);
  deepEqual(page!.positions.map(({ latE7 }) => latE7), [3000, 4000, 5000]);
});

Deno.test("ListPositions - simplified to as many positions as a line needs", async () => {
  await using serving = await Serving.start();
  await upload(serving, drive(7n, 500));
  const { answers } = await serving.channel.call(calls.ListPositions, { ...ALL, simplifyTo: 12 });
  const { positions, nextPageToken } = answers[0]!;
  equal(positions.length, 12);
  deepEqual([positions[0]?.latE7, positions.at(-1)?.latE7], [0, 499_000]);
  equal(nextPageToken, "");
});

Deno.test("ListPositions - a line that is too long to be simplified whole is thinned out evenly", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const [seconds, most] = [130_002, 10_000];
  let stored;
  for (let second = 0; second < seconds; second++) {
    await storage.room;
    // Every second place is off the line, so that a line of all would have them.
    stored = storage.put({ ...fixAt(7n, second * 1_000), lngE7: second % 2 * 1_000 }).stored;
  }
  await stored;
  const { answers } = await channel.call(calls.ListPositions, { ...ALL, simplifyTo: most });
  const rows = answers[0]!.positions.map(({ timeMs }) => timeMs / 1_000);
  deepEqual([rows.length, rows[0], rows.at(-1)], [most, 0, seconds - 1]);
  deepEqual(rows.slice(0, -1).filter((row) => row % 4 !== 0), []);
  const gaps = rows.slice(1).map((row, index) => row - rows[index]!);
  // Each of as many equal parts has one: none is further from the next than two parts.
  ok(Math.max(...gaps) <= 2 * Math.ceil(seconds / (most - 2)) + 4, `${Math.max(...gaps)}`);
});

Deno.test("ListPositions - a line is read no further when its client has left", async () => {
  await using watching = await Watching.start();
  const { storage, channel, serving } = watching;
  // More than are read at once.
  let last;
  for (let second = 0; second < 2_001; second++) last = storage.put(fixAt(7n, second * 1_000));
  await last?.stored;
  const listFixes = storage.listFixes.bind(storage);
  const left = Promise.withResolvers<void>();
  const reads: Promise<unknown>[] = [];
  storage.listFixes = (...span) => {
    const read = left.promise.then(() => listFixes(...span));
    reads.push(read);
    return read;
  };
  const call = channel.open(calls.ListPositions).send({ ...ALL, simplifyTo: 2 }).finish();
  await eventually("it is read", () => reads.length === 1);
  await call.cancel();
  equal((await serving.log.line(calls.ListPositions.path)).fields.code, "CANCELLED");
  left.resolve();
  await reads[0];
  await storage.stats(); // Any read that follows has begun by then.
  equal(reads.length, 1);
});

for (const call of ["Track", "UploadPositions"] as const) {
  Deno.test(`${call} - positions of more cars than are kept are refused, and of others taken`, async () => {
    await using serving = await Serving.start({ maxCars: 2 });
    const send = (carId: bigint, from: number) =>
      call === "Track"
        ? serving.channel.open(ridesDefinition.Track).send(...drive(carId, 1, from)).end()
        : upload(serving, drive(carId, 1, from));
    equal((await send(7n, 0)).status, "OK");
    equal((await send(8n, 0)).status, "OK");
    const { status, details } = await send(9n, 0);
    equal(status, "RESOURCE_EXHAUSTED");
    match(details, /^car 9: positions of 2 cars are kept, and those of no others \(--max-cars\)$/);
    equal((await send(7n, 1)).status, "OK");
  });
}

const REFUSED: [string, Partial<ListPositions>, RegExp][] = [
  ["no car", { parent: "cars/x" }, /^parent: "cars\/x" is not the name of a car, as in cars\/7$/],
  ["car 0", { parent: "cars/0" }, /^parent: /],
  ["a negative size", { pageSize: -1 }, /^page_size: must not be negative$/],
  ["a token of nobody's", { pageToken: "!" }, /^page_token: is none that this server gave$/],
  [
    "one position of a line",
    { simplifyTo: 1 },
    /^simplify_to: 1 is neither 0 nor from 2 to 10000$/,
  ],
  [
    "an end before the beginning",
    { from: { seconds: 1, nanos: 0 }, to: { seconds: 0, nanos: 0 } },
    /^time_to: 1970-01-01T00:00:00Z is before time_from$/,
  ],
  [
    "times that are none",
    { from: { seconds: 1, nanos: -1 }, to: { seconds: 0, nanos: 1e9 } },
    /^time_from: nanos: -1 is out of range \[0, 999999999\]$/,
  ],
];

for (const [what, request, details] of REFUSED) {
  Deno.test(`ListPositions - refuses ${what}`, async () => {
    await using serving = await Serving.start();
    const ended = await serving.channel.call(calls.ListPositions, { ...ALL, ...request });
    equal(ended.status, "INVALID_ARGUMENT");
    match(ended.details, details);
  });
}

Deno.test("ListPositions - a car that was never heard of is NOT_FOUND", async () => {
  await using serving = await Serving.start();
  const { status, details } = await serving.channel.call(calls.ListPositions, ALL);
  equal(status, "NOT_FOUND");
  equal(details, "cars/7: no position of this car is known");
});

Deno.test("ListPositions - refuses a page token of another query", async () => {
  await using serving = await Serving.start();
  await upload(serving, [...drive(7n, 3), ...drive(8n, 3)]);
  const { channel } = serving;
  const { answers } = await channel.call(calls.ListPositions, { ...ALL, pageSize: 1 });
  const { nextPageToken: pageToken } = answers[0]!;
  const other = await channel.call(calls.ListPositions, { ...ALL, parent: "cars/8", pageToken });
  equal(other.status, "INVALID_ARGUMENT");
  equal(other.details, "page_token: is of another query; send the same fields");
  const larger = await channel.call(calls.ListPositions, { ...ALL, pageSize: 9, pageToken });
  equal(larger.answers[0]!.positions.length, 2);
});
