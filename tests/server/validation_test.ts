/** Refusals as they reach a client. What is refused, and why, is tests/domain's. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { RideStart } from "../../rides/domain/ride_start.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { violationsOf } from "../../rides/wire/error_details.ts";
import type { Ended } from "../support/exchange.ts";
import { BEYOND_THE_POLE, POSITION, RIDE, UUID_V7 } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const { Start, Track } = ridesDefinition;

const DETAILS = "grpc-status-details-bin";

const REFUSED: [string, Partial<RideStart>, string[]][] = [
  ["no driver", { driverId: "" }, ["driver_id: empty"]],
  ["the lowest car", { carId: -(2n ** 63n) }, ["car_id: must be positive"]],
  ["an unknown type", { type: 7 }, ["type: unknown value 7"]],
  ["a name in another script", { passengerIds: ["ライド", "ライド"] }, [
    'passengers_ids: duplicate "ライド"',
  ]],
  ["numbers that are none", { location: { lat: NaN, lng: -Infinity } }, [
    "location.lat: NaN is out of range [-90, 90]",
    "location.lng: -Infinity is out of range [-180, 180]",
  ]],
  ["everything", { carId: 0n, driverId: "", passengerIds: ["M", "", "M"], type: -1 }, [
    "car_id: must be positive",
    "driver_id: empty",
    "passengers_ids[1]: empty",
    'passengers_ids: duplicate "M"',
    "type: unknown value -1",
  ]],
];

for (const [what, changes, violations] of REFUSED) {
  Deno.test(`Start - refuses ${what} with its first violation, and details with all`, async () => {
    await using serving = await Serving.start();
    const { status, details, trailers } = await serving.channel.call(Start, {
      ...RIDE,
      ...changes,
    });
    equal(status, "INVALID_ARGUMENT");
    equal(details, violations[0]);
    deepEqual(
      violationsOf(trailers).map(({ field, reason }) => `${field}: ${reason}`),
      violations,
    );
  });
}

const ACCEPTED: [string, Partial<RideStart>][] = [
  ["neither time nor location", { time: null, location: null }],
  ["no passengers", { passengerIds: [] }],
  ["the highest car", { carId: 2n ** 63n - 1n }],
  ["a local clock sent as UTC", { time: { seconds: Date.now() / 1000 + 14 * 3600 | 0, nanos: 0 } }],
];

for (const [what, changes] of ACCEPTED) {
  Deno.test(`Start - accepts ${what}`, async () => {
    await using serving = await Serving.start();
    const { status, answers } = await serving.channel.call(Start, { ...RIDE, ...changes });
    equal(status, "OK");
    match(answers[0]?.id ?? "", UUID_V7);
  });
}

Deno.test("Start - as many violations as fit go into 8 KiB of metadata, the rest is counted", async () => {
  await using serving = await Serving.start();
  const passengerIds = Array.from({ length: 500 }, () => "");
  const ended = await serving.channel.call(Start, { ...RIDE, passengerIds });
  equal(ended.status, "INVALID_ARGUMENT");
  equal(ended.details, "passengers_ids[0]: empty");
  ok(metadataBytes(ended) < 8 * 1024, `${metadataBytes(ended)} bytes`);
  const violations = violationsOf(ended.trailers);
  ok(violations.length > 50);
  deepEqual(violations.at(-1), {
    field: "",
    reason: `and ${500 - violations.length + 1} more`,
  });
});

// Percent-encoding makes up to twelve bytes of a character, and cannot take half of one.
for (
  const [what, name] of [["kanji", "乗"], ["emoji", "🚕"], ["odd emoji", "x🚕"]]
) {
  Deno.test(`Start - one violation of many ${what} is clipped to fit into 8 KiB`, async () => {
    await using serving = await Serving.start();
    const id = name!.padEnd(256, name!.slice(-2));
    const ended = await serving.channel.call(Start, { ...RIDE, passengerIds: [id, id] });
    equal(ended.status, "INVALID_ARGUMENT");
    match(ended.details, /^passengers_ids: duplicate "x?(乗+|(🚕)+)…$/u);
    ok(metadataBytes(ended) < 8 * 1024, `${metadataBytes(ended)} bytes`);
  });
}

Deno.test("Track - ends at the first bad position with its index and the count before it", async () => {
  await using serving = await Serving.start();
  const call = serving.channel.open(Track);
  // The client goes on sending: it is answered all the same.
  call.send(...Array<typeof POSITION>(17).fill(POSITION), BEYOND_THE_POLE, POSITION, POSITION);
  const { status, details, answers, trailers } = await call.ended;
  equal(status, "INVALID_ARGUMENT");
  equal(
    details,
    "position 17: location.lat: 91 is out of range [-90, 90] (17 were counted before it)",
  );
  deepEqual(violationsOf(trailers), [
    { field: "location.lat", reason: "91 is out of range [-90, 90]" },
  ]);
  deepEqual(answers, []);
});

Deno.test("Track - refuses a position without time and location, at once", async () => {
  await using serving = await Serving.start();
  const { status, details, trailers } = await serving.channel.open(Track).send({ carId: 7n }).ended;
  equal(status, "INVALID_ARGUMENT");
  equal(details, "position 0: time: missing (0 were counted before it)");
  deepEqual(violationsOf(trailers), [
    { field: "time", reason: "missing" },
    { field: "location", reason: "missing" },
  ]);
});

Deno.test("Track - counts no positions when there are none", async () => {
  await using serving = await Serving.start();
  const { status, answers } = await serving.channel.open(Track).end();
  equal(status, "OK");
  deepEqual(answers, [{ count: 0 }]);
});

Deno.test("Start - a call that succeeds carries no error details", async () => {
  await using serving = await Serving.start();
  const { trailers } = await serving.channel.call(Start, RIDE);
  deepEqual(trailers.get(DETAILS), []);
});

/** All that came beside the answers, as HTTP/2 counts it (RFC 9113, 6.5.2). */
function metadataBytes({ headers, trailers, details }: Ended<unknown>): number {
  return [
    ...Object.entries(headers.toHttp2Headers()),
    ...Object.entries(trailers.toHttp2Headers()),
    ["grpc-message", encodeURI(details)],
  ].reduce((bytes, [name, value]) => bytes + `${name}${value}`.length + 32, 0);
}
