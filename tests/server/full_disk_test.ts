import { equal, match, ok } from "node:assert/strict";
import { CallFailure } from "../../rides/client/call_failure.ts";
import { RidesClient } from "../../rides/client/client.ts";
import { StoreFile } from "../../rides/storage/mod.ts";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { positionOf } from "../crash/drives.ts";
import { eventually } from "../support/eventually.ts";
import { type Called, Channel } from "../support/exchange.ts";
import { ServingProgram } from "../support/program.ts";
import { RIDE } from "../support/rides.ts";
import { SmallDisk } from "../support/small_disk.ts";

const { Check } = serviceNamed("grpc.health.v1.Health") as unknown as {
  Check: Called<{ service: string }, { status: number }>;
};
const SERVING = 1;
const NOT_SERVING = 2;

const canMount = SmallDisk.isAllowed;

Deno.test({
  name:
    "full disk - makes Track UNAVAILABLE and the server NOT_SERVING until there is room, and loses " +
    `nothing${canMount ? "" : " (needs root, to mount one)"}`,
  ignore: !canMount,
  async fn() {
    await using disk = await SmallDisk.make(12 * 1024);
    await disk.takeBallast(6 * 1024);
    const file = `${disk.path}/rides.db`;
    await using server = await ServingProgram.start(["--store", `sqlite:${file}`]);
    using channel = new Channel(server.port);
    const health = async () => (await channel.call(Check, { service: "Rides" })).answers[0]?.status;
    const retry = { attempts: 1 };
    await using client = new RidesClient({ address: server.address, retry });
    equal(await health(), SERVING);

    let acknowledged = 0;
    const track = async (count: number) => {
      const positions = Array.from({ length: count }, (_, n) => positionOf(7n, acknowledged + n));
      acknowledged += await client.track(positions);
    };
    const failure = await eventually("the disk is full", async () => {
      try {
        await track(5_000);
      } catch (error) {
        return error;
      }
    });
    ok(failure instanceof CallFailure);
    equal(failure.status, "UNAVAILABLE");
    equal(failure.reason, "The store cannot be used at the moment; try again later");
    equal(await health(), NOT_SERVING);
    const start = await client.start(RIDE).catch((error: CallFailure) => error.status);
    equal(start, "UNAVAILABLE");

    await disk.throwOutBallast();
    await eventually("the server is ready", async () => await health() === SERVING);
    await track(1_000);
    await client.start(RIDE);
    server.signal("SIGTERM");
    const { code, stderr } = await server.ended();
    equal(code, 0);
    match(stderr, /the store cannot be used.*(full|I\/O)/);
    match(stderr, /the store can be used again/);

    using store = new StoreFile(file);
    equal(store.check().join(), "");
    const times = new Set([...store.positions()].map(({ timeMs }) => timeMs));
    for (let n = 0; n < acknowledged; n++) {
      ok(times.has(positionOf(7n, n).time!.seconds * 1_000), `position ${n} of ${acknowledged}`);
    }
  },
});
