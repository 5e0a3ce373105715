import { deepEqual, equal } from "node:assert/strict";
import type { Change } from "../../rides/domain/commit.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";

const { WatchCars } = carServiceDefinition;
const { Track } = ridesDefinition;

const CAR = 7n;
const FROM = Date.UTC(2022, 0, 1) / 1_000;

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(`a watch - misses and repeats nothing over a restart by ${signal}`, async () => {
    await using folder = await TemporaryFolder.make();
    const serve = () => ServingProgram.start(["--store", `sqlite:${folder.path}/rides.db`]);
    const told: number[] = [];
    let token = "";
    let seconds = 0;

    {
      await using program = await serve();
      using channel = new Channel(program.port);
      const watch = channel.open(WatchCars).send({ scope: { kind: "all" }, resumeToken: "" })
        .finish();
      await eventually("the beginning", () => watch.answers[0]?.snapshotComplete);
      await drive(channel, seconds += 100);
      // Somewhere on the way: what came after it has to be told again.
      await eventually("some positions", () => timesOf(watch.answers.flatMap(eventsOf)).length > 0);
      const handled = watch.answers.slice(0, 1 + watch.answers.length / 2);
      told.push(...timesOf(handled.flatMap(eventsOf)));
      token = handled.at(-1)!.resumeToken;
      program.signal(signal);
      const { code } = await program.ended();
      equal(code, signal === "SIGTERM" ? 0 : 137);
      equal((await watch.ended).status, "UNAVAILABLE");
    }

    await using program = await serve();
    using channel = new Channel(program.port);
    await drive(channel, seconds += 100);
    const watch = channel.open(WatchCars).send({ scope: { kind: "all" }, resumeToken: token })
      .finish();
    await drive(channel, seconds += 100);
    await eventually(
      "the rest",
      () => timesOf(watch.answers.flatMap(eventsOf)).at(-1) === seconds,
    );
    told.push(...timesOf(watch.answers.flatMap(eventsOf)));
    deepEqual(told, Array.from({ length: seconds }, (_, index) => index + 1));
  });
}

/** Has the car drive on for 100 s, and waits until that is stored. */
async function drive(channel: Channel, to: number): Promise<void> {
  const track = channel.open(Track);
  for (let second = to - 99; second <= to; second++) {
    track.send({
      carId: CAR,
      time: { seconds: FROM + second, nanos: 0 },
      location: { lat: 51 + second * 1e-4, lng: -0.2 },
    });
  }
  equal((await track.end()).answers[0]?.count, 100);
}

function eventsOf({ events }: { readonly events: readonly Change[] }): readonly Change[] {
  return events;
}

function timesOf(events: readonly Change[]): number[] {
  return events.map((event) => event.kind === "fix" ? event.fix.timeMs / 1_000 - FROM : NaN);
}
