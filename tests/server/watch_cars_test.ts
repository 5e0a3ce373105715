import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Change } from "../../rides/domain/commit.ts";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { violationsOf } from "../../rides/wire/error_details.ts";
import type { WatchCars as Request, WatchScope } from "../../rides/wire/v1/watch.ts";
import { eventually } from "../support/eventually.ts";
import type { Channel } from "../support/exchange.ts";
import { fixAt } from "../support/fixes.ts";
import { scrape } from "../support/scrape.ts";
import { Watching } from "../support/watching.ts";

const { WatchCars } = carServiceDefinition;

const ALL: WatchScope = { kind: "all" };

Deno.test("WatchCars - tells the cars as they are, then each new latest position once", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  await storage.put(fixAt(7n, 1_000)).stored;
  await storage.put(fixAt(8n, 1_000)).stored;
  const watch = await begin(channel, ALL);
  deepEqual(names(watch.answers), ["7@1000", "8@1000"]);
  await storage.put(fixAt(7n, 2_000)).stored;
  await storage.put(fixAt(7n, 1_500)).stored; // Late: it is not the latest.
  await storage.put(fixAt(9n, 1_000)).stored;
  await eventually("the events", () => names(watch.answers).length >= 4);
  deepEqual(names(watch.answers), ["7@1000", "8@1000", "7@2000", "9@1000"]);
  equal((await watch.cancel()).status, "CANCELLED");
});

Deno.test("WatchCars - of some cars tells these and their rides, heard of or not", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  await storage.put(fixAt(7n, 1_000)).stored;
  const watch = await begin(channel, { kind: "ids", carIds: [8n] });
  const ride = { carId: 8n, driverId: "John Doe", passengersIds: [], type: "REGULAR" } as const;
  const { id } = await storage.startRide(ride, undefined);
  await storage.startRide({ ...ride, carId: 7n }, undefined);
  await storage.put(fixAt(7n, 2_000)).stored;
  await storage.put(fixAt(8n, 2_000)).stored;
  await storage.changeRide(id, { action: "complete" });
  await eventually("the events", () => names(watch.answers).length >= 3);
  deepEqual(names(watch.answers), [`${id} ACTIVE`, "8@2000", `${id} COMPLETED`]);
});

Deno.test("WatchCars - tells of a ride that was given back, though it has no car any more", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const watch = await begin(channel, { kind: "ids", carIds: [7n] });
  const ride = { carId: 7n, driverId: "John Doe", passengersIds: [], type: "POOL" } as const;
  const { id } = await storage.createRide(ride, "");
  await storage.changeRide(id, { action: "unassign" });
  await eventually("the events", () => names(watch.answers).length >= 2);
  deepEqual(names(watch.answers), [`${id} ASSIGNED`, `${id} REQUESTED`]);
});

Deno.test("WatchCars - in a box tells a car while it is there, and once more when it has left", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const way = [[0, 0], [0, 179], [0, -179], [0, 0], [0, 1], [0, 180]] as const;
  const at = (step: number) => {
    const [lat, lng] = way[step]!;
    return storage.put(fixAt(7n, step, { lat, lng })).stored;
  };
  await storage.put(fixAt(8n, 1, { lat: 0, lng: 0 })).stored;
  await at(0);
  const watch = await begin(channel, {
    kind: "box",
    southWest: { lat: -1, lng: 178 },
    northEast: { lat: 1, lng: -178 },
  });
  for (let step = 1; step < way.length; step++) await at(step);
  await eventually("the events", () => names(watch.answers).length >= 4);
  deepEqual(names(watch.answers), ["7@1", "7@2", "7@3", "7@5"]);
});

Deno.test("WatchCars - goes on behind the response that a token came with", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  await storage.put(fixAt(7n, 1)).stored;
  const first = await begin(channel, ALL);
  for (let time = 2; time <= 5; time++) await storage.put(fixAt(7n, time)).stored;
  await eventually("the events", () => names(first.answers).length === 5);
  await first.cancel();
  await storage.put(fixAt(7n, 6)).stored;
  for (const [index, { resumeToken }] of first.answers.entries()) {
    const watch = watchFrom(channel, ALL, resumeToken);
    const told = names(first.answers.slice(0, index + 1));
    await eventually("the rest", () => told.length + names(watch.answers).length >= 6);
    deepEqual([...told, ...names(watch.answers)], [1, 2, 3, 4, 5, 6].map((time) => `7@${time}`));
    ok(watch.answers.every(({ snapshotComplete }) => snapshotComplete));
    await watch.cancel();
  }
});

Deno.test("WatchCars - refuses a token that is none or of other cars, and one of another store", async () => {
  await using watching = await Watching.start();
  await using elsewhere = await Watching.start();
  const { channel } = watching;
  const [answer] = (await begin(channel, ALL)).answers;
  const token = answer!.resumeToken;
  const ids: WatchScope = { kind: "ids", carIds: [7n] };
  for (const [scope, resumeToken] of [[ALL, "made up"], [ids, token]] as const) {
    const { status, trailers } = await watchFrom(channel, scope, resumeToken).ended;
    equal(status, "INVALID_ARGUMENT");
    deepEqual(violationsOf(trailers).map(({ field }) => field), ["resume_token"]);
  }
  equal((await watchFrom(elsewhere.channel, ALL, token).ended).status, "OUT_OF_RANGE");
});

const CORNER = { lat: 1, lng: 1 };

for (
  const [title, scope, fields] of [
    ["no cars", { kind: "ids", carIds: [] }, ["ids.car_ids"]],
    ["a car that is none", { kind: "ids", carIds: [7n, 0n] }, ["ids.car_ids[1]"]],
    ["10,001 cars", { kind: "ids", carIds: Array(10_001).fill(7n) }, ["ids.car_ids"]],
    ["a box without corners", { kind: "box", southWest: null, northEast: null }, [
      "box.south_west",
      "box.north_east",
    ]],
    ["a box beyond the Earth", {
      kind: "box",
      southWest: { lat: -91, lng: NaN },
      northEast: CORNER,
    }, [
      "box.south_west.lat",
      "box.south_west.lng",
    ]],
    ["a box upside down", { kind: "box", southWest: { lat: 2, lng: 1 }, northEast: CORNER }, [
      "box.north_east.lat",
    ]],
  ] as const satisfies readonly (readonly [string, WatchScope, readonly string[]])[]
) {
  Deno.test(`WatchCars - refuses ${title}`, async () => {
    await using watching = await Watching.start();
    const { status, trailers } = await watchFrom(watching.channel, scope, "").ended;
    equal(status, "INVALID_ARGUMENT");
    deepEqual(violationsOf(trailers).map(({ field }) => field), fields);
  });
}

/** Over the transport `node` a reader that is cut learns the code alone. */
const hasReason = Deno.env.get("RIDES_TRANSPORT") !== "node";

Deno.test("WatchCars - a reader that takes nothing is cut, and meanwhile slows nobody", async () => {
  await using watching = await Watching.start({ watchStallMs: 500 });
  const { storage, channel, serving } = watching;
  // More than a client's windows hold.
  const cars = 20_000n;
  let last;
  for (let carId = 1n; carId <= cars; carId++) {
    await storage.room;
    last = storage.put(fixAt(carId, 1_000));
  }
  await last?.stored;
  const stalled = watchFrom(channel, ALL, "").stall();
  const reading = await begin(channel, ALL);
  equal(names(reading.answers).length, Number(cars));
  await storage.put(fixAt(7n, 2_000)).stored;
  await eventually("the event", () => names(reading.answers).at(-1) === "7@2000");
  const line = await serving.log.line("/rides.v1.CarService/WatchCars");
  equal(line.fields.code, "RESOURCE_EXHAUSTED");
  const { status, details } = await stalled.goOn().ended;
  equal(status, "RESOURCE_EXHAUSTED");
  if (hasReason) match(details, /taken nothing for 0.5 s: .* can be resumed by its resume_token$/);
  ok(names(stalled.answers).length < Number(cars));
  await storage.put(fixAt(7n, 3_000)).stored;
  await eventually("the next", () => names(reading.answers).at(-1) === "7@3000");
});

Deno.test("WatchCars - watchers are counted while they watch", async () => {
  await using watching = await Watching.start({ admin: { listen: "127.0.0.1:0" } });
  const { channel, serving } = watching;
  const counted = async () => (await scrape(serving.adminUrl)).value("rides_feed_watchers");
  const watch = await begin(channel, ALL);
  const another = await begin(channel, { kind: "ids", carIds: [7n] });
  equal(await counted(), 2);
  await watch.cancel();
  await another.cancel();
  await eventually("nobody watches", async () => await counted() === 0);
});

Deno.test("WatchCars - when the server drains, a last token comes and the watch ends UNAVAILABLE", async () => {
  await using watching = await Watching.start({ watchGatherMs: 10_000, graceMs: 20_000 });
  const { storage, channel, serving } = watching;
  const watch = await begin(channel, ALL);
  await storage.put(fixAt(7n, 1_000)).stored;
  await storage.put(fixAt(8n, 1_000)).stored;
  equal(await serving.server.shutdown(), 0);
  const { status, details } = await watch.ended;
  equal(status, "UNAVAILABLE");
  match(details, /resume/);
  deepEqual(names(watch.answers), ["7@1000", "8@1000"]);
  ok((watch.answers.at(-1)?.resumeToken ?? "") !== watch.answers[0]?.resumeToken);
});

function watchFrom(channel: Channel, scope: WatchScope, resumeToken: string) {
  return channel.open(WatchCars).send({ scope, resumeToken } satisfies Request).finish();
}

/** Watches, and waits for the cars as they are. */
async function begin(channel: Channel, scope: WatchScope) {
  const watch = watchFrom(channel, scope, "");
  await eventually("the snapshot", () => watch.answers.at(-1)?.snapshotComplete);
  return watch;
}

function names(answers: readonly { readonly events: readonly Change[] }[]): string[] {
  return answers.flatMap(({ events }) =>
    events.map((event) =>
      event.kind === "fix"
        ? `${event.fix.carId}@${event.fix.timeMs}`
        : `${event.ride.id} ${event.ride.state}`
    )
  );
}
