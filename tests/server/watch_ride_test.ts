import { deepEqual, equal } from "node:assert/strict";
import type { Change } from "../../rides/domain/commit.ts";
import { violationsOf } from "../../rides/wire/error_details.ts";
import { rideServiceDefinition } from "../../rides/wire/v1/ride_service.ts";
import { eventually } from "../support/eventually.ts";
import type { Channel } from "../support/exchange.ts";
import { fixAt } from "../support/fixes.ts";
import { Watching } from "../support/watching.ts";

const { WatchRide } = rideServiceDefinition;

const RIDE = { carId: 7n, driverId: "John Doe", passengersIds: ["M"], type: "REGULAR" } as const;

Deno.test("WatchRide - tells the ride, its changes, and positions while it is ACTIVE, to its end", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const { id } = await storage.createRide(RIDE, "");
  const other = await storage.createRide({ ...RIDE, carId: 8n }, "");
  const watch = watchFrom(channel, id, "");
  await eventually("the ride", () => watch.answers.length > 0);
  await storage.put(fixAt(7n, 1)).stored;
  await storage.changeRide(id, { action: "arrive" });
  await storage.changeRide(other.id, { action: "arrive" });
  await storage.changeRide(id, { action: "begin" });
  await storage.put(fixAt(7n, 2)).stored;
  await storage.put(fixAt(8n, 2)).stored;
  await storage.put(fixAt(7n, 3)).stored;
  await storage.changeRide(id, { action: "complete" });
  const { status, answers } = await watch.ended;
  equal(status, "OK");
  deepEqual(names(answers), ["ASSIGNED", "ARRIVED", "ACTIVE", "7@2", "7@3", "COMPLETED"]);
});

Deno.test("WatchRide - of a ride that has ended tells it, and ends", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const { id } = await storage.createRide(RIDE, "");
  await storage.changeRide(id, { action: "cancel" });
  const { status, answers } = await watchFrom(channel, id, "").ended;
  equal(status, "OK");
  deepEqual(names(answers), ["CANCELED"]);
  const again = await watchFrom(channel, id, answers[0]!.resumeToken).ended;
  equal(again.status, "OK");
  deepEqual(names(again.answers), []);
});

Deno.test("WatchRide - goes on behind the response that a token came with", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const { id } = await storage.startRide(RIDE, undefined);
  const first = watchFrom(channel, id, "");
  await eventually("the ride", () => first.answers.length > 0);
  await storage.put(fixAt(7n, 1)).stored;
  await storage.put(fixAt(7n, 2)).stored;
  await eventually("the positions", () => names(first.answers).length === 3);
  await first.cancel();
  await storage.put(fixAt(7n, 3)).stored;
  await storage.changeRide(id, { action: "complete" });
  for (const [index, { resumeToken }] of first.answers.entries()) {
    const { status, answers } = await watchFrom(channel, id, resumeToken).ended;
    equal(status, "OK");
    deepEqual(
      [...names(first.answers.slice(0, index + 1)), ...names(answers)],
      ["ACTIVE", "7@1", "7@2", "7@3", "COMPLETED"],
    );
  }
});

Deno.test("WatchRide - refuses what is no ride, and the token of another one", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const { id } = await storage.startRide(RIDE, undefined);
  const other = await storage.startRide({ ...RIDE, carId: 8n }, undefined);
  equal((await watchFrom(channel, crypto.randomUUID(), "").ended).status, "NOT_FOUND");
  const malformed = await channel.call(WatchRide, { name: "cars/7", resumeToken: "" });
  equal(malformed.status, "INVALID_ARGUMENT");
  deepEqual(violationsOf(malformed.trailers).map(({ field }) => field), ["name"]);
  const watch = watchFrom(channel, id, "");
  await eventually("the ride", () => watch.answers.length > 0);
  const { status, trailers } = await watchFrom(channel, other.id, watch.answers[0]!.resumeToken)
    .ended;
  equal(status, "INVALID_ARGUMENT");
  deepEqual(violationsOf(trailers).map(({ field }) => field), ["resume_token"]);
});

function watchFrom(channel: Channel, id: string, resumeToken: string) {
  return channel.open(WatchRide).send({ name: `rides/${id}`, resumeToken }).finish();
}

function names(answers: readonly { readonly events: readonly Change[] }[]): string[] {
  return answers.flatMap(({ events }) =>
    events.map((event) =>
      event.kind === "fix" ? `${event.fix.carId}@${event.fix.timeMs}` : event.ride.state
    )
  );
}
