/** Lines that are cut, and that lose what is sent, where this machine lets a test have a network. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { formatPositionLine } from "../../rides/client/position_line.ts";
import { referencePositions } from "../../rides/domain/reference_positions.ts";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { openDescriptors } from "../support/process_facts.ts";
import { rides, RunningProgram, ServingProgram } from "../support/program.ts";
import { Network } from "./network.ts";

const allowed = await Network.isAllowed();

/** A server at the other end of a line. */
interface Scene {
  readonly network: Network;
  readonly serving: ServingProgram;
  readonly address: string;
}

/** Has the server take a client for gone after two seconds. */
const IMPATIENT = ["--keepalive", "1s", "--keepalive-timeout", "1s"];

function test(name: string, fn: (scene: Scene) => Promise<void>, args = IMPATIENT): void {
  Deno.test({
    name: `network - ${name}${allowed ? "" : " (needs root, ip and nft)"}`,
    ignore: !allowed,
    // grpc-js keeps timers for connections that were lost.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using network = await Network.make();
      await using serving = await ServingProgram.start(
        ["--listen", `${network.address}:0`, ...args],
        { under: network.inside },
      );
      await fn({ network, serving, address: `${network.address}:${serving.port}` });
      serving.signal("SIGTERM");
      equal((await serving.ended()).code, 0);
    },
  });
}

/** What a call fails with whose line was cut. */
const CUT = /^(DEADLINE_EXCEEDED|UNAVAILABLE): /;

test("a cut line ends calls at their timeout, and calls go on when it is mended", async (scene) => {
  const { network, address } = scene;
  await using client = new RidesClient({ address, timeoutMs: 2_000 });
  equal((await client.getInfor("trung")).id > 0, true);
  await network.lose(100);
  match(await failureOf(client.getInfor("trung")), CUT);
  await network.lose(0);
  await eventually("an answer", () => client.getInfor("trung").then(() => true, () => false));
});

test("the server lets a client go whose line was cut", async ({ network, serving, address }) => {
  await using client = new RidesClient({ address });
  await client.getInfor("trung");
  const descriptors = openDescriptors(serving.pid);
  await network.lose(100);
  await eventually("the end of its connection", () => openDescriptors(serving.pid) < descriptors);
});

test("a track whose line is cut fails, and done again stores each position once", async (scene) => {
  const { network, serving, address } = scene;
  await using client = new RidesClient({ address, timeoutMs: 2_000 });
  const failure = failureOf(client.track(aFewAtATime(referencePositions(100_000))));
  await eventually("some positions", () => stored(client).then(({ length }) => length > 0, no));
  await network.lose(100);
  await serving.logged(/\/Rides\/Track took .* code=(?!OK)/);
  match(await failure, CUT);
  await network.lose(0);
  const before = await eventually("an answer", () => stored(client).catch(no));
  deepEqual(before, timesOf(before.length));
  const count = before.length + 100;
  equal(await client.track(referencePositions(count)), count);
  deepEqual(await stored(client), timesOf(count));
});

for (const percent of [5, 20]) {
  test(
    `a line that loses ${percent} %, and is cut for 2 s, only slows calls down`,
    async (scene) => {
      const { network, address } = scene;
      await network.lose(percent);
      await using client = new RidesClient({ address, timeoutMs: 60_000 });
      for (let calls = 0; calls < 10; calls++) await client.getInfor("trung");
      const cut = Promise.withResolvers<void>();
      const tracked = client.track((async function* () {
        yield* aFewAtATime(referencePositions(500));
        await cut.promise;
        yield* [...referencePositions(1_000)].slice(500);
      })());
      await eventually("some positions", () => stored(client).then(({ length }) => length > 0, no));
      await network.lose(100);
      cut.resolve();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      // TCP waits for twice as long after each packet in vain: losing the next ones may cost minutes.
      await network.lose(0);
      equal(await tracked, 1_000);
      deepEqual(await stored(client), timesOf(1_000));
    },
    [],
  );

  test(`an upload over a line that loses ${percent} % and is cut stores each position once`, async ({ network, serving, address }) => {
    await network.lose(percent);
    await using folder = await TemporaryFolder.make();
    const to = ["--address", address, "--timeout", "20s", "--format", "json"];
    const spool = ["--spool", `${folder.path}/spool`];
    await using upload = new RunningProgram(["client", "car", "upload", "-", ...spool, ...to]);
    const positions = [...referencePositions(3_000)];
    const feed = async (from: number, to: number) => {
      for await (const position of aFewAtATime(positions.slice(from, to))) {
        await upload.feed(`${formatPositionLine(position)}\n`);
      }
    };

    await feed(0, 1_000);
    await upload.says("stdout", /"stored_lines":[1-9]/);
    // In the middle of positions and acknowledgements.
    const fed = feed(1_000, 2_000);
    await network.lose(100);
    await fed;
    await serving.logged(/\/UploadPositions took .* code=(?!OK)/);
    await network.lose(percent);
    await feed(2_000, 3_000);
    await upload.endInput();

    const { code, stdout, stderr } = await upload.ended();
    equal(code, 0, stderr);
    match(stdout, /\{"stored":3000,"rejected":0\}\n$/);
    match(stderr, /"lost":/);
    ok(await network.lost() > 0);
    await network.lose(0);
    await using client = new RidesClient({ address });
    deepEqual(await stored(client), timesOf(3_000));
  });
}

test("a watch over a line that loses 20 % and is cut tells each change once", async (scene) => {
  const { network, serving, address } = scene;
  const inside = async (...args: string[]) => {
    const line = ["client", "ride", ...args, "--address", address, "--format", "json"];
    const { code, stdout, stderr } = await rides(line, { under: network.inside });
    equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const { name } = await inside("create", "--passenger-id", "M");
  await network.lose(20);
  await using client = new RidesClient({ address, timeoutMs: 20_000 });
  const told: string[] = [];
  const watching = (async () => {
    for await (const watched of client.rides.watch(name)) {
      if (watched.kind === "gap") told.push("gap");
      if (watched.kind !== "events") continue;
      for (const event of watched.events.events) {
        told.push(event.kind === "ride" ? event.ride.state : event.kind);
      }
    }
  })();
  await eventually("the ride as it is", () => told.length > 0);
  await network.lose(100);
  await inside("assign", name, "--car-id", "7", "--driver-id", "John Doe");
  await serving.logged(/\/WatchRide took .* code=(?!OK)/);
  await inside("arrive", name);
  await network.lose(20);
  await inside("begin", name);
  await inside("complete", name);
  await watching;
  const changes = ["ASSIGNED", "ARRIVED", "ACTIVE", "COMPLETED"];
  deepEqual(told.filter((what) => what !== "gap"), ["REQUESTED", ...changes]);
  ok(told.includes("gap"));
});

async function failureOf(call: Promise<unknown>): Promise<string> {
  return String(await call.then(() => undefined, (error: Error) => error.message));
}

function no(): false {
  return false;
}

/** With pauses between, so that there are many packets to lose. */
async function* aFewAtATime<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let count = 0;
  for (const item of items) {
    yield item;
    if (++count % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The times of the first positions of the drive. */
function timesOf(count: number): number[] {
  return [...referencePositions(count)].map(({ time }) => (time?.seconds ?? NaN) * 1_000);
}

/** The times of what is stored of it, in their order. */
async function stored(client: RidesClient): Promise<number[]> {
  const times = [];
  for await (const { timeMs } of client.cars.history(7n)) times.push(timeMs);
  return times;
}
