import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { eventually } from "../support/eventually.ts";
import { TestStore } from "./support/stores.ts";
import { fixAt, NOON_MS, rideOf } from "./support/values.ts";

/** A store that records how many rows each commit holds. */
async function recording(kind: "memory" | "sqlite") {
  const commits: number[] = [];
  const observer = {
    onCommit: (_seconds: number, rows: number) => void commits.push(rows),
    onQueue: () => {},
  };
  return { commits, test: await TestStore.open(kind, { observer }) };
}

Deno.test("groups - are on the disk when they are answered", async () => {
  await using test = await TestStore.open("sqlite");
  using other = new DatabaseSync(test.file, { readOnly: true });
  const count = (table: string) => other.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  for (let n = 1; n <= 10; n++) {
    await test.storage.put(fixAt(n)).stored;
    equal(count("positions"), n);
  }
  await test.storage.startRide(rideOf(), NOON_MS);
  equal(count("rides"), 1);
});

Deno.test("groups - go from the log to their places long before the log is large", async () => {
  await using test = await TestStore.open("sqlite");
  for (let n = 0; n < 40_000; n++) {
    const { stored } = test.storage.put(fixAt(n));
    if (n === 39_999) await stored;
    await test.storage.room;
  }
  // They take some 30 bytes each.
  await eventually("they are there", () => Deno.statSync(test.file).size > 1_000_000);
});

Deno.test("groups - hold what all callers hand over at once", async () => {
  const { commits, test } = await recording("memory");
  await using store = test;
  const fixes = Array.from({ length: 2_000 }, (_, n) => fixAt(n, n, { carId: BigInt(n % 9 + 1) }));
  const groups = fixes.map((fix) => store.storage.put(fix));
  equal(new Set(groups).size, 1);
  await groups[0]!.stored;
  deepEqual(commits, [2_000]);
});

Deno.test("groups - take commands and fixes of the same moment together", async () => {
  const { commits, test } = await recording("memory");
  await using store = test;
  const { storage } = store;
  await Promise.all([
    storage.put(fixAt(0)).stored,
    storage.startRide(rideOf(), NOON_MS),
    storage.findOrRegister("trung"),
  ]);
  deepEqual(commits, [3]);
});

Deno.test("groups - let a command go before many fixes, but not before them for ever", async () => {
  const { commits, test } = await recording("memory");
  await using store = test;
  const { storage } = store;
  const groups = Array.from({ length: 1_000 }, (_, n) => storage.put(fixAt(n)));
  const start = (carId: bigint) => storage.startRide(rideOf({ carId }), NOON_MS);
  let next: Promise<unknown> | undefined;
  // It comes while the first one is written.
  storage.onCommit(() => next ??= start(9n));
  await start(8n);
  await groups[0]!.stored;
  await next;
  deepEqual(commits, [1, 1_001]);
});

Deno.test("groups - of a flood are bounded, and there is no room until a group of it is stored", async () => {
  const { commits, test } = await recording("memory");
  await using store = test;
  const { storage } = store;
  const groups = new Set<ReturnType<typeof storage.put>>();
  for (let n = 0; n < 6_000; n++) {
    equal(storage.room, undefined);
    groups.add(storage.put(fixAt(n)));
  }
  ok(storage.room, "there is no room for more");
  await storage.room;
  equal(storage.room, undefined);
  for (const { stored } of groups) await stored;
  equal(commits.reduce((sum, rows) => sum + rows), 6_000);
  ok(commits.every((rows) => rows <= 2_000), `${commits}`);
});

Deno.test("groups - that wait when the store is closed are stored", async () => {
  await using test = await TestStore.open("sqlite");
  const { stored } = test.storage.put(fixAt(0));
  const ride = test.storage.startRide(rideOf(), NOON_MS);
  await test.reopen();
  await stored;
  equal((await test.storage.getRide((await ride).id)).positionCount, 1);
});
