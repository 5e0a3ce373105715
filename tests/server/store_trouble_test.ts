import { equal, match, ok } from "node:assert/strict";
import { CallFailure } from "../../rides/client/call_failure.ts";
import { RidesClient } from "../../rides/client/client.ts";
import { StoreFile } from "../../rides/storage/mod.ts";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { positionOf } from "../crash/drives.ts";
import { eventually } from "../support/eventually.ts";
import { type Called, Channel } from "../support/exchange.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { RIDE } from "../support/rides.ts";
import { SealableFiles } from "../support/sealable_files.ts";
import { SmallDisk } from "../support/small_disk.ts";

const { Check } = serviceNamed("grpc.health.v1.Health") as unknown as {
  Check: Called<{ service: string }, { status: number }>;
};
const SERVING = 1;
const NOT_SERVING = 2;

/** What happens to a store in a folder, from when the trouble begins until it ends. */
type Scene = (folder: string, begin: () => void, end: () => void | Promise<void>) => Promise<void>;

const TROUBLES = [
  {
    what: "a full disk",
    isAllowed: SmallDisk.isAllowed,
    needs: "root, to mount one",
    reason: /the store cannot be used.*(full|I\/O)/,
    async meet(scene: Scene) {
      await using disk = await SmallDisk.make(32 * 1024);
      await disk.takeBallast(26 * 1024);
      // What is stored fills it.
      await scene(disk.path, () => {}, () => disk.throwOutBallast());
    },
  },
  {
    what: "files that turn read-only",
    isAllowed: SealableFiles.isAllowed,
    needs: "root and ext4, for chattr +i",
    reason: /the store cannot be used.*(readonly|I\/O)/,
    async meet(scene: Scene) {
      await using folder = await TemporaryFolder.make();
      const file = `${folder.path}/rides.db`;
      // Not its -shm, which is mapped into memory: for a write to a sealed one the kernel kills.
      using files = new SealableFiles([file, `${file}-wal`]);
      await scene(folder.path, () => files.seal(), () => files.unseal());
    },
  },
];

for (const { what, isAllowed, needs, reason, meet } of TROUBLES) {
  Deno.test({
    name: `${what} - makes Track UNAVAILABLE and the server NOT_SERVING as long as it lasts, and ` +
      `loses nothing${isAllowed ? "" : ` (needs ${needs})`}`,
    ignore: !isAllowed,
    fn: () =>
      meet(async (folder, begin, end) => {
        const file = `${folder}/rides.db`;
        await using server = await ServingProgram.start(["--store", `sqlite:${file}`]);
        using channel = new Channel(server.port);
        const health = async () =>
          (await channel.call(Check, { service: "Rides" })).answers[0]?.status;
        const retry = { attempts: 1 };
        await using client = new RidesClient({ address: server.address, retry });
        equal(await health(), SERVING);

        let acknowledged = 0;
        const track = async (count: number) => {
          const positions = Array.from(
            { length: count },
            (_, n) => positionOf(7n, acknowledged + n),
          );
          acknowledged += await client.track(positions);
        };
        await track(1_000);
        begin();
        const failure = await eventually("the store fails", async () => {
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

        await end();
        await eventually("the server is ready", async () => await health() === SERVING);
        await track(1_000);
        await client.start(RIDE);
        server.signal("SIGTERM");
        const { code, stderr } = await server.ended();
        equal(code, 0);
        match(stderr, reason);
        match(stderr, /the store can be used again/);

        using store = new StoreFile(file);
        equal(store.check().join(), "");
        const times = new Set([...store.positions()].map(({ timeMs }) => timeMs));
        for (let n = 0; n < acknowledged; n++) {
          ok(
            times.has(positionOf(7n, n).time!.seconds * 1_000),
            `position ${n} of ${acknowledged}`,
          );
        }
      }),
  });
}
