import { deepEqual, equal } from "node:assert/strict";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { carServiceDefinition } from "../../../rides/wire/v1/car_service.ts";
import { rideServiceDefinition } from "../../../rides/wire/v1/ride_service.ts";
import { eventually } from "../../support/eventually.ts";
import { Guarded } from "../../support/guarded.ts";

const RIDE = { carId: 7n, driverId: "Ann", passengersIds: ["M"], type: "REGULAR" } as const;

const POSITION = {
  carId: 7n,
  time: { seconds: Math.floor(Date.now() / 1_000), nanos: 0 },
  location: { lat: 51, lng: 1 },
};

Deno.test("WatchCars - tells of rides whoever may see them, and nobody else", async () => {
  await using guarded = await Guarded.start({
    eye: "position:read",
    dispatcher: "position:read,ride:read",
    admin: "admin",
  });
  const { channel, tokens } = guarded;
  const watch = async (name: string) => {
    const call = channel.open(carServiceDefinition.WatchCars, tokens.as(name))
      .send({ scope: { kind: "all" }, resumeToken: "" }).finish();
    await eventually("the first answer", () => call.answers.length > 0);
    return call;
  };
  const watches = await Promise.all(["eye", "dispatcher", "admin"].map(watch));
  const admin = tokens.as("admin");
  await channel.call(rideServiceDefinition.CreateRide, { ride: RIDE, requestId: "" }, admin);
  await channel.open(ridesDefinition.Track, admin).send(POSITION).end();
  const told = () =>
    watches.map(({ answers }) => answers.flatMap(({ events }) => events.map(({ kind }) => kind)));
  await eventually("the position", () => told().every((kinds) => kinds.includes("fix")));
  deepEqual(told(), [["fix"], ["ride", "fix"], ["ride", "fix"]]);
  await Promise.all(watches.map((call) => call.cancel()));
});

Deno.test("WatchCars - one that tells of rides ends when its caller may no longer see them", async () => {
  await using guarded = await Guarded.start({ alice: "position:read,ride:read" });
  const { channel, tokens } = guarded;
  const watch = async () => {
    const call = channel.open(carServiceDefinition.WatchCars, tokens.as("alice"))
      .send({ scope: { kind: "all" }, resumeToken: "" }).finish();
    await eventually("the first answer", () => call.answers.length > 0);
    return call;
  };
  const before = await watch();
  await tokens.write({ alice: "position:read" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: 1 });
  equal((await before.ended).status, "PERMISSION_DENIED");
  const after = await watch();
  await tokens.write({ alice: "position:read,position:write" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: 0 });
  await after.cancel();
});
