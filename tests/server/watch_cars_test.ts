import { deepEqual, equal } from "node:assert/strict";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import type { WatchCarsEvents } from "../../rides/wire/v1/watch.ts";
import { eventually } from "../support/eventually.ts";
import { fixAt } from "../support/fixes.ts";
import { Watching } from "../support/watching.ts";

const { WatchCars } = carServiceDefinition;

Deno.test("WatchCars - tells the cars as they are, then each new latest position once", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  await storage.put(fixAt(7n, 1_000)).stored;
  await storage.put(fixAt(8n, 1_000)).stored;
  const watch = channel.open(WatchCars).send({ scope: { kind: "all" }, resumeToken: "" }).finish();
  await eventually("the snapshot", () => watch.answers.some((answer) => answer.snapshotComplete));
  deepEqual(times(watch.answers), ["7@1000", "8@1000"]);
  await storage.put(fixAt(7n, 2_000)).stored;
  await storage.put(fixAt(7n, 1_500)).stored; // Late: it is not the latest.
  await storage.put(fixAt(9n, 1_000)).stored;
  await eventually("the events", () => times(watch.answers).length >= 4);
  deepEqual(times(watch.answers), ["7@1000", "8@1000", "7@2000", "9@1000"]);
  equal((await watch.cancel()).status, "CANCELLED");
});

function times(answers: readonly WatchCarsEvents[]): string[] {
  return answers.flatMap(({ events }) =>
    events.map((event) => event.kind === "fix" ? `${event.fix.carId}@${event.fix.timeMs}` : "ride")
  );
}
