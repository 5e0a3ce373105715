import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import type { Ride, RideRequest } from "../../rides/domain/ride.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { violationsOf } from "../../rides/wire/error_details.ts";
import {
  type ListRides,
  rideServiceDefinition as calls,
} from "../../rides/wire/v1/ride_service.ts";
import { Guarded } from "../support/guarded.ts";
import { pagesOf } from "../support/pages.ts";
import { ALL_RIDES, RIDE, UUID_V7 } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const REQUEST: RideRequest = {
  carId: 0n,
  driverId: "",
  passengersIds: ["M"],
  type: "REGULAR",
  pickup: { lat: 51.46, lng: -0.2 },
  dropoff: null,
};

async function create({ channel }: Serving, changes: Partial<RideRequest> = {}, requestId = "") {
  const ride = { ...REQUEST, ...changes };
  const { answers, status, details } = await channel.call(calls.CreateRide, { ride, requestId });
  equal(status, "OK", details);
  return answers[0]!;
}

async function list({ channel }: Serving, changes: Partial<ListRides> = {}) {
  const { answers, status, details } = await channel.call(calls.ListRides, {
    ...ALL_RIDES,
    ...changes,
  });
  equal(status, "OK", details);
  return answers[0]!;
}

const idsOf = (rides: readonly Ride[]) => rides.map(({ id }) => id);

Deno.test("CreateRide - answers the ride as it is kept", async () => {
  await using serving = await Serving.start();
  const created = await create(serving);
  match(created.id, UUID_V7);
  const { id, createMs, ...rest } = created;
  ok(Math.abs(createMs - Date.now()) < 60_000);
  deepEqual(rest, {
    ...REQUEST,
    state: "REQUESTED",
    startMs: undefined,
    endMs: undefined,
    distanceMicrometers: 0,
    positionCount: 0,
    revision: 1,
  });
  const { answers } = await serving.channel.call(calls.GetRide, { name: `rides/${id}` });
  deepEqual(answers[0], created);
});

Deno.test("CreateRide - with a car and a driver is ASSIGNED", async () => {
  await using serving = await Serving.start();
  equal((await create(serving, { carId: 7n, driverId: "John Doe" })).state, "ASSIGNED");
});

Deno.test("CreateRide - a repeated request answers the ride of the first, as it is now", async () => {
  await using serving = await Serving.start();
  const first = await create(serving, {}, "one");
  const name = `rides/${first.id}`;
  await serving.channel.call(calls.CancelRide, { name, etag: "" });
  const again = await create(serving, {}, "one");
  deepEqual([again.id, again.state], [first.id, "CANCELED"]);
  notEqual((await create(serving, {}, "two")).id, first.id);
  const other = await serving.channel.call(calls.CreateRide, {
    ride: { ...REQUEST, type: "POOL" },
    requestId: "one",
  });
  equal(other.status, "ALREADY_EXISTS");
  equal(
    other.details,
    `request_id: it created ${name}, of another request; give every request an id of its own`,
  );
});

Deno.test("CreateRide - everybody has request ids of their own, where the server knows them", async () => {
  await using guarded = await Guarded.start({ ann: "ride:write", ben: "ride:write" });
  const { channel, tokens } = guarded;
  const created = async (name: string, type: "REGULAR" | "POOL") => {
    const request = { ride: { ...REQUEST, type }, requestId: "one" };
    const { answers, status } = await channel.call(calls.CreateRide, request, tokens.as(name));
    return answers[0]?.id ?? status;
  };
  const anns = await created("ann", "REGULAR");
  const bens = await created("ben", "POOL");
  match(bens, UUID_V7);
  equal(await created("ann", "POOL"), "ALREADY_EXISTS");
  equal(await created("ann", "REGULAR"), anns);
  notEqual(await created("ben", "REGULAR"), anns);
});

const REFUSED: [string, Partial<RideRequest> | null, string, string[]][] = [
  ["no ride", null, "", ["ride"]],
  ["a car without a driver", { carId: 7n }, "", ["ride.driver_id"]],
  ["a driver without a car", { driverId: "x" }, "", ["ride.car_id"]],
  ["a passenger twice", { passengersIds: ["M", "M"] }, "", ["ride.passengers_ids"]],
  [
    "places beyond the Earth",
    { pickup: { lat: 91, lng: 0 }, dropoff: { lat: 0, lng: 181 } },
    "",
    ["ride.pickup.lat", "ride.dropoff.lng"],
  ],
  ["a request id with spaces", {}, "a b", ["request_id"]],
  ["a request id with an underscore", {}, "a_b", ["request_id"]],
];

for (const [what, changes, requestId, fields] of REFUSED) {
  Deno.test(`CreateRide - refuses ${what}`, async () => {
    await using serving = await Serving.start();
    const ride = changes && { ...REQUEST, ...changes };
    const { status, trailers } = await serving.channel.call(calls.CreateRide, { ride, requestId });
    equal(status, "INVALID_ARGUMENT");
    deepEqual(violationsOf(trailers).map(({ field }) => field), fields);
  });
}

Deno.test("GetRide - tells a name that is none from a ride that is not there", async () => {
  await using serving = await Serving.start();
  const get = (name: string) => serving.channel.call(calls.GetRide, { name });
  equal((await get("rides/")).status, "INVALID_ARGUMENT");
  equal((await get("cars/7")).status, "INVALID_ARGUMENT");
  equal((await get("rides/nobody")).status, "NOT_FOUND");
  match((await get("rides/nobody")).details, /rides\/nobody/);
});

Deno.test("Start - the ride is ACTIVE, and can be looked at and completed", async () => {
  await using serving = await Serving.start();
  const { channel } = serving;
  const started = await channel.call(ridesDefinition.Start, RIDE);
  const name = `rides/${started.answers[0]!.id}`;
  const { answers } = await channel.call(calls.GetRide, { name });
  const { state, carId, type, pickup, startMs } = answers[0]!;
  deepEqual({ state, carId, type, pickup, startMs }, {
    state: "ACTIVE",
    carId: RIDE.carId,
    type: "POOL",
    pickup: RIDE.location,
    startMs: RIDE.time!.seconds * 1000,
  });
  const completed = await channel.call(calls.CompleteRide, { name, etag: "" });
  equal(completed.answers[0]?.state, "COMPLETED");
});

Deno.test("Start - a second ride of a car is FAILED_PRECONDITION and names the first", async () => {
  await using serving = await Serving.start();
  const regular = { ...RIDE, type: 0 };
  const first = await serving.channel.call(ridesDefinition.Start, regular);
  for (const second of [regular, RIDE]) {
    const { status, details } = await serving.channel.call(ridesDefinition.Start, second);
    equal(status, "FAILED_PRECONDITION");
    ok(details.includes(`rides/${first.answers[0]!.id}`), details);
  }
});

Deno.test("Start - a car can have several rides that are all POOL", async () => {
  await using serving = await Serving.start();
  for (let ride = 0; ride < 3; ride++) {
    equal((await serving.channel.call(ridesDefinition.Start, RIDE)).status, "OK");
  }
});

Deno.test("a change - with a stale etag is ABORTED and changes nothing", async () => {
  await using serving = await Serving.start();
  const { id } = await create(serving, { carId: 7n, driverId: "x" });
  const name = `rides/${id}`;
  for (const etag of ['"7"', "nobody's"]) {
    const { status } = await serving.channel.call(calls.ArriveRide, { name, etag });
    equal(status, "ABORTED");
  }
  const { answers } = await serving.channel.call(calls.ArriveRide, { name, etag: '"1"' });
  deepEqual([answers[0]?.state, answers[0]?.revision], ["ARRIVED", 2]);
});

Deno.test("ListRides - the newest first, in pages that hold each once", async () => {
  await using serving = await Serving.start();
  const created: Ride[] = [];
  for (let ride = 0; ride < 7; ride++) created.unshift(await create(serving));
  const found: Ride[] = [];
  const pages = pagesOf(serving.channel, calls.ListRides, { ...ALL_RIDES, pageSize: 3 });
  for await (const { rides } of pages) {
    found.push(...rides);
    if (found.length === 3) await create(serving); // Newer ones do not move the next page.
  }
  deepEqual(idsOf(found), idsOf(created));
});

Deno.test("ListRides - by state, car, driver and time", async () => {
  await using serving = await Serving.start();
  const requested = await create(serving);
  const of7 = await create(serving, { carId: 7n, driverId: "John Doe" });
  const of8 = await create(serving, { carId: 8n, driverId: "Jane Roe" });
  const found = async (changes: Partial<ListRides>) => idsOf((await list(serving, changes)).rides);
  deepEqual(await found({ states: [1] }), [requested.id]);
  deepEqual(await found({ states: [1, 2], carId: 7n }), [of7.id]);
  deepEqual(await found({ driverId: "Jane Roe" }), [of8.id]);
  const second = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: ms % 1000 * 1e6 });
  deepEqual(await found({ createFrom: second(of8.createMs + 1) }), []);
  deepEqual(await found({ createTo: second(requested.createMs) }), []);
  equal((await found({ createFrom: second(requested.createMs) })).length, 3);
});

Deno.test("ListRides - reduces a page that is too large, and refuses a negative one", async () => {
  await using serving = await Serving.start();
  await create(serving);
  equal((await list(serving, { pageSize: 2 ** 31 - 1 })).rides.length, 1);
  const refused = await serving.channel.call(calls.ListRides, {
    ...ALL_RIDES,
    pageSize: -1,
    states: [0, 9],
    carId: -1n,
    createFrom: { seconds: 1, nanos: 0 },
    createTo: { seconds: 0, nanos: 0 },
  });
  equal(refused.status, "INVALID_ARGUMENT");
  deepEqual(violationsOf(refused.trailers).map(({ field }) => field), [
    "page_size",
    "filter.car_id",
    "filter.states[0]",
    "filter.states[1]",
    "filter.create_time_to",
  ]);
});

Deno.test("ListRides - pages of the largest rides fit into what clients take", async () => {
  await using serving = await Serving.start();
  const passengersIds = Array.from({ length: 500 }, (_, n) => `${n}`.padEnd(256, "é"));
  const created: Ride[] = [];
  for (let ride = 0; ride < 20; ride++) created.unshift(await create(serving, { passengersIds }));
  const found: Ride[] = [];
  const pages = pagesOf(serving.channel, calls.ListRides, { ...ALL_RIDES, pageSize: 1_000 });
  for await (const { rides } of pages) found.push(...rides);
  deepEqual(idsOf(found), idsOf(created));
});

Deno.test("ListRides - refuses a page token of another query", async () => {
  await using serving = await Serving.start();
  await create(serving);
  await create(serving);
  const { nextPageToken: pageToken } = await list(serving, { pageSize: 1 });
  const { status, details } = await serving.channel.call(calls.ListRides, {
    ...ALL_RIDES,
    driverId: "x",
    pageToken,
  });
  equal(status, "INVALID_ARGUMENT");
  equal(details, "page_token: is of another query; send the same fields");
});
