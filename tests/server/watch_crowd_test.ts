import { deepEqual, equal, ok } from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { watchCarsEventsCodec } from "../../rides/wire/v1/watch.ts";
import { answeringBytes } from "../../rides/wire/v1/watch_encoder.ts";
import { eventually } from "../support/eventually.ts";
import { Channel, type Exchange } from "../support/exchange.ts";
import { MeasuredServer } from "../support/measured_server.ts";

const { Track } = ridesDefinition;
const { UploadPositions } = carServiceDefinition;
/** Read as bytes, since the readers share their processor with everybody else. */
const WatchCars = answeringBytes(carServiceDefinition.WatchCars);

const MIB = 1024 * 1024;
const CAR = 7n;
const FROM_MS = Date.UTC(2022, 0, 1);
const ALL = { scope: { kind: "all" }, resumeToken: "" } as const;
const PATIENT = { deadline: Infinity };

type Watch = Exchange<typeof ALL, Buffer>;

Deno.test("200 watchers - are all told every position of a car that sends 1,000 a second, though one of them has stalled", async () => {
  await using server = await MeasuredServer.rides(["--store", "memory", "--watch-late", "1m"]);
  using channels = channelsTo(server, 5);
  const [stalled, ...others] = Array.from(
    { length: 200 },
    (_, n) => channels.list[n % 4]!.open(WatchCars, PATIENT).send(ALL).finish(),
  );
  await eventually("the beginning of all", () => others.every((watch) => watch.answers.length > 0));
  stalled!.stall();
  const seconds = 3;
  const track = channels.list[4]!.open(Track, PATIENT);
  for (let sent = 0; sent < seconds * 1_000; sent += 20) {
    for (let more = 1; more <= 20; more++) track.send(positionAt(sent + more));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  equal((await track.end()).answers[0]?.count, seconds * 1_000);
  const expected = Array.from({ length: seconds * 1_000 }, (_, index) => index + 1);
  for (const watch of others) {
    await eventually("the last position", () => lastOf(watch) === expected.length);
    deepEqual(timesOf(watch), expected);
  }
});

Deno.test("a stalled watcher - costs the server under 2 MB, and goes on with the newest position", async () => {
  const watchers = 50;
  // What it takes without them: the store is in memory, too.
  const without = await drivePast(0);
  const withThem = await drivePast(watchers);
  // Unbounded, each would hold 5 MB.
  const each = (withThem.bytes - without.bytes) / watchers;
  ok(each < 2 * MIB, `${each} bytes for each`);
  for (const told of withThem.told) {
    equal(told.at(-1), withThem.count);
    ok(told.length < withThem.count / 4, "most of the others were left out");
  }
});

/** Drives past so many watchers that have stalled, and has them go on then. */
async function drivePast(watchers: number) {
  // Whatever waits is late at once, so that what is left out does not depend on how fast it came.
  const settings = ["--watch-stall", "1h", "--watch-late", "0ms"];
  await using server = await MeasuredServer.rides(["--store", "memory", ...settings]);
  using channels = channelsTo(server, 2);
  const [forWatches, forUploads] = channels.list;
  const driven = await drive(forUploads!, 0);
  const stalled = Array.from(
    { length: watchers },
    () => forWatches!.open(WatchCars, PATIENT).send(ALL).finish(),
  );
  await eventually(
    "the beginning of all",
    () => stalled.every(({ answers }) => answers.length > 0),
  );
  for (const watch of stalled) watch.stall();
  const count = await drive(forUploads!, driven);
  const bytes = server.residentBytes();
  for (const watch of stalled) watch.goOn();
  for (const watch of stalled) {
    await eventually("the newest position", () => lastOf(watch) === count);
  }
  return { bytes, count, told: stalled.map(timesOf) };
}

/** Channels with a connection each. */
function channelsTo({ port }: MeasuredServer, count: number) {
  const list = Array.from({ length: count }, () => Channel.alone(port));
  return { list, [Symbol.dispose]: () => list.forEach((channel) => channel.close()) };
}

/** Sends 100,000 further positions, and answers how many there are then. */
async function drive(channel: Channel, sent: number): Promise<number> {
  const to = sent + 100_000;
  const upload = channel.open(UploadPositions, PATIENT);
  for (let first = sent + 1; first <= to; first += 5_000) {
    const positions = Array.from({ length: 5_000 }, (_, index) => positionAt(first + index));
    upload.send({ firstSequence: first, positions });
  }
  const { answers } = await upload.end();
  equal(answers.at(-1)?.committedSequence, to);
  return to;
}

/** Where the car is in its millisecond `number`. */
function positionAt(number: number) {
  const ms = FROM_MS + number;
  return {
    carId: CAR,
    time: { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1e6 },
    location: { lat: 51 + number * 1e-7, lng: -0.2 },
  };
}

function timesOf({ answers }: Pick<Watch, "answers">): number[] {
  return answers.flatMap((answer) =>
    watchCarsEventsCodec.decode(answer).events.map((event) =>
      event.kind === "fix" ? event.fix.timeMs - FROM_MS : NaN
    )
  );
}

/** The number of the last position that was told. */
function lastOf({ answers }: Pick<Watch, "answers">): number | undefined {
  const last = answers.findLast((answer) => watchCarsEventsCodec.decode(answer).events.length > 0);
  return last && timesOf({ answers: [last] }).at(-1);
}
