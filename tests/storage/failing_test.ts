/** A store that cannot be used says so, loses nothing of what it acknowledged, and comes back by itself. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Fix } from "../../rides/domain/fix.ts";
import { Unavailable } from "../../rides/domain/failure.ts";
import { FixColumns, type TransferredColumns } from "../../rides/storage/fix_columns.ts";
import { openStorage, type StorageStatus } from "../../rides/storage/mod.ts";
import { Threads } from "../../rides/storage/threads.ts";
import { eventually } from "../support/eventually.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { allFixes, store, TestStore } from "./support/stores.ts";
import { fixAt, NOON_MS, rideOf } from "./support/values.ts";

/** Why the store could not be used, as logged. */
class RecordedReasons {
  readonly reasons: string[] = [];

  readonly write = (_level: string, _message: string, fields: { reason?: unknown } = {}) =>
    void this.reasons.push(String(fields.reason));
}

const canMount = SmallDisk.isAllowed;

Deno.test({
  name: `failing store - a full disk${canMount ? "" : " (needs root, to mount one)"}`,
  ignore: !canMount,
  async fn() {
    await using disk = await SmallDisk.make(32 * 1024);
    await disk.takeBallast(28 * 1024);
    const log = new RecordedReasons();
    await using storage = await openStorage(`sqlite:${disk.path}/rides.db`, { log: log.write });
    const statuses: StorageStatus[] = [];
    storage.onStatus((status) => statuses.push(status));
    const ride = await storage.startRide(rideOf(), NOON_MS);
    let acknowledged = 0;
    await rejects(async () => {
      for (let n = 0; n < 1_000_000; n += 1_000) {
        await store(storage, ...Array.from({ length: 1_000 }, (_, i) => fixAt(n + i, 0)));
        acknowledged = n + 1_000;
      }
    }, Unavailable);
    equal(statuses.length, 1);
    match(statuses[0]?.kind === "failing" ? statuses[0].reason : "", /full|disk I\/O/);
    await rejects(storage.put(fixAt(0)).stored, Unavailable);
    await rejects(storage.findOrRegister("trung"), Unavailable);
    await rejects(storage.getRide(ride.id), Unavailable);

    // Room for little is none for a group.
    await disk.takeBallast(27 * 1024);
    await eventually("it wants more", () => log.reasons.some((it) => /free 8 MiB/.test(it)));
    equal(statuses.length, 1);
    await disk.throwOutBallast();
    await eventually("it can be used again", () => storage.status.kind === "serving");
    equal(statuses.length, 2);
    const fixes = await allFixes(storage);
    ok(fixes.length >= acknowledged, `${fixes.length} of ${acknowledged}`);
    equal((await storage.getRide(ride.id)).positionCount, fixes.length);
    equal((await storage.stats()).positions, fixes.length);
    await store(storage, fixAt(2_000_000));
    await storage.findOrRegister("trung");
  },
});

Deno.test({
  name: `read-only store - is refused at the start${canMount ? "" : " (needs root, to mount one)"}`,
  ignore: !canMount,
  async fn() {
    await using disk = await SmallDisk.make(8 * 1024);
    const spec = `sqlite:${disk.path}/rides.db`;
    await (await openStorage(spec))[Symbol.asyncDispose]();
    disk.makeReadOnly();
    await rejects(openStorage(spec), (error: Error) => {
      match(error.message, /^Cannot use .*rides\.db: its lock .* cannot be made \(Read-only file/);
      return true;
    });
  },
});

Deno.test("failing store - a file that was moved away, and is put back", async () => {
  const logged: string[] = [];
  const log = (_level: string, message: string, fields: object = {}) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  await using test = await TestStore.open("sqlite", { log });
  const { storage, file } = test;
  await store(storage, fixAt(0));
  await Deno.rename(file, `${file}.away`);
  await rejects(store(storage, fixAt(1)), Unavailable);
  equal(storage.status.kind, "failing");
  match(logged[0] ?? "", /the store cannot be used .*rides\.db was removed while it was open/);
  await Deno.rename(`${file}.away`, file);
  await eventually("it can be used again", () => storage.status.kind === "serving");
  await store(storage, fixAt(2));
  const times = (await allFixes(storage)).map(({ timeMs }) => timeMs);
  ok(times.includes(fixAt(0).timeMs) && times.includes(fixAt(2).timeMs));
  match(logged.at(-1) ?? "", /the store can be used again/);
});

Deno.test("failing store - a file that was moved away is missed before anybody writes", async () => {
  await using test = await TestStore.open("sqlite");
  const { storage, file } = test;
  await Deno.rename(file, `${file}.away`);
  await eventually("it is missed", () => storage.status.kind === "failing");
  await Deno.rename(`${file}.away`, file);
  await eventually("it can be used again", () => storage.status.kind === "serving");
});

Deno.test("failing store - another store in the place of its file", async () => {
  await using test = await TestStore.open("sqlite");
  await using other = await TestStore.open("sqlite");
  await store(other.storage, fixAt(0));
  await other.storage[Symbol.asyncDispose]();
  const { storage, file } = test;
  await Deno.rename(file, `${file}.away`);
  await Deno.rename(other.file, file);
  await rejects(store(storage, fixAt(1)), Unavailable);
  await eventually("the reason is told", () => {
    const { status } = storage;
    return status.kind === "failing" && /another store is in its place/.test(status.reason);
  });
  await Deno.rename(`${file}.away`, file);
  await eventually("it can be used again", () => storage.status.kind === "serving");
});

Deno.test("failing store - a copy from before is put back, twice", async () => {
  await using test = await TestStore.open("sqlite");
  await store(test.storage, fixAt(0));
  await test.reopen();
  const { storage, file } = test;
  await Deno.copyFile(file, `${file}.copy`);
  for (const n of [1, 2]) {
    await store(
      storage,
      ...Array.from({ length: 5_000 }, (_, i) => fixAt(i, 0, { carId: BigInt(n) })),
    );
    await Deno.copyFile(`${file}.copy`, `${file}.back`);
    await Deno.rename(`${file}.back`, file);
    await rejects(store(storage, fixAt(n)), Unavailable);
    await eventually("it can be used again", () => storage.status.kind === "serving");
  }
  deepEqual((await allFixes(storage)).length, 1);
  const logs = [...Deno.readDirSync(test.folder.path)].map(({ name }) => name)
    .filter((name) => name.includes(".of-replaced-file"));
  deepEqual(logs.sort(), ["rides.db-wal.of-replaced-file", "rides.db-wal.of-replaced-file-2"]);
});

Deno.test("failing store - a corrupt file, and its copy put back", async () => {
  await using test = await TestStore.open("sqlite");
  const fixes = Array.from({ length: 20_000 }, (_, n) => fixAt(n, 0));
  await store(test.storage, ...fixes);
  await test.reopen();
  const { storage, file } = test;
  const sound = await Deno.readFile(file);
  const corrupt = sound.slice();
  corrupt.fill(0xa5, 100);
  await Deno.writeFile(file, corrupt);
  await rejects(allFixes(storage), Unavailable);
  equal(storage.status.kind, "failing");
  await rejects(storage.put(fixAt(0)).stored, Unavailable);
  await Deno.writeFile(file, sound);
  await eventually("it can be used again", () => storage.status.kind === "serving");
  equal((await allFixes(storage)).length, fixes.length);
});

for (const what of ["write", "read"] as const) {
  Deno.test(`failing store - is none that works until the ${what} that failed would succeed`, async () => {
    await using test = await TestStore.open("sqlite");
    const { storage, file } = test;
    await store(storage, fixAt(0), fixAt(1));
    await storage[Symbol.asyncDispose]();
    const sound = await Deno.readFile(file);
    await damagePositions(file);
    const threads = new Threads(file, 1_000_000);
    try {
      const { id, lastSequence } = await threads.open({ create: false, lastSequence: 0 });
      const failing = what === "write"
        ? threads.writer.call("write", { fixes: columnsOf(fixAt(2)), commands: [] })
        : threads.reader.call("listFixes", { carId: 7n, fromMs: 0, toMs: Infinity, limit: 9 });
      await rejects(failing, /malformed/);
      await rejects(threads.reopen({ id, lastSequence }), /malformed/);
      await Deno.writeFile(file, sound);
      deepEqual(await threads.reopen({ id, lastSequence }), { id, lastSequence });
      // What was tried again is not stored: its caller was told that it failed.
      equal((await threads.reader.call("stats", null)).positions, 2);
    } finally {
      await threads.end();
    }
  });
}

/** Damages the page where the positions begin, and nothing that a store needs to be opened. */
async function damagePositions(file: string): Promise<void> {
  using database = new DatabaseSync(file);
  const find = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'positions'");
  const page = Number(find.get()?.rootpage);
  using opened = await Deno.open(file, { write: true });
  await opened.seek((page - 1) * PAGE_BYTES, Deno.SeekMode.Start);
  await opened.write(new Uint8Array(PAGE_BYTES).fill(0xa5));
}

const PAGE_BYTES = 4_096;

function columnsOf(fix: Fix): TransferredColumns {
  const columns = new FixColumns(1);
  columns.push(fix, NOON_MS);
  return columns.transferred;
}

Deno.test("failing store - a copy from before is put back, and no sequence comes twice", async () => {
  await using test = await TestStore.open("sqlite");
  await store(test.storage, fixAt(0));
  await test.reopen();
  const { storage, file } = test;
  await Deno.copyFile(file, `${file}.copy`);
  await store(storage, fixAt(1));
  equal(storage.lastSequence, 2);
  await Deno.rename(`${file}.copy`, file);
  await rejects(store(storage, fixAt(2)), Unavailable);
  await eventually("it can be used again", () => storage.status.kind === "serving");
  const before = storage.lastSequence;
  await store(storage, fixAt(3));
  equal(storage.lastSequence, before + 1);
  deepEqual((await storage.journal(before)).map(({ sequence }) => sequence), [before + 1]);
  await rejects(storage.journal(1), /no longer kept/);
});
