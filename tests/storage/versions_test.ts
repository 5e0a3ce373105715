/** Which files are taken: new ones, our own of every version, and no others. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openStorage, StorageError } from "../../rides/storage/mod.ts";
import { migrate, SCHEMA_VERSION } from "../../rides/storage/sqlite/migrations.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { allFixes, TestStore } from "./support/stores.ts";

/** Opens a file that has to be refused, and returns the message. */
async function refusal(file: string): Promise<string> {
  let message = "";
  await rejects(openStorage(`sqlite:${file}`), (error: Error) => {
    ok(error instanceof StorageError);
    message = error.message;
    return true;
  });
  return message;
}

Deno.test("versions - a file of each earlier one is taken, with all that it holds", async () => {
  for (let version = 1; version <= SCHEMA_VERSION; version++) {
    await using folder = await TemporaryFolder.make();
    const file = `${folder.path}/rides.db`;
    const sql = new URL(`./fixtures/version_${version}.sql`, import.meta.url);
    using database = new DatabaseSync(file);
    database.exec(await Deno.readTextFile(sql));
    database.close();
    await using storage = await openStorage(`sqlite:${file}`);
    equal(storage.id, "00112233445566778899aabbccddeeff");
    const { bytes: _, ...counts } = await storage.stats();
    deepEqual(counts, {
      rides: 1,
      cars: 1,
      positions: 2,
      persons: 1,
      lastSequence: 2,
      oldestSequence: 1,
    });
    deepEqual(
      (await allFixes(storage)).map(({ timeMs, speedCmps, flags }) => ({
        timeMs,
        speedCmps,
        flags,
      })),
      [
        { timeMs: 1_767_268_800_000, speedCmps: -1, flags: 0 },
        { timeMs: 1_767_268_801_000, speedCmps: 1_234, flags: 0 },
      ],
    );
    const ride = await storage.getRide("019b7a3b-9d00-7000-8000-000000000001");
    deepEqual(ride, {
      id: "019b7a3b-9d00-7000-8000-000000000001",
      revision: 1,
      state: "ACTIVE",
      type: "REGULAR",
      carId: 7n,
      driverId: "John Doe",
      passengersIds: ["M", "Q"],
      pickup: { lat: 51.46, lng: -0.2 },
      createMs: 1_767_268_800_000,
      startMs: 1_767_268_800_000,
      distanceMicrometers: 11_119_508,
      positionCount: 2,
    });
    deepEqual(
      (await storage.journal(0)).map(({ changes }) => changes.map(({ kind }) => kind)),
      [["ride"], ["fix", "fix"]],
    );
    deepEqual(await storage.findOrRegister("trung"), { name: "trung", id: 1, married: false });
  }
});

Deno.test("versions - a later one than the program's is refused, and not touched", async () => {
  await using test = await TestStore.open("sqlite");
  await test.storage[Symbol.asyncDispose]();
  using database = new DatabaseSync(test.file);
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  const message = await refusal(test.file);
  match(message, /Cannot use .*rides\.db: a later version of rides wrote it \(schema \d/);
  equal(database.prepare("PRAGMA user_version").get()?.user_version, SCHEMA_VERSION + 1);
});

Deno.test("migrations - a step that fails leaves the version before it", async () => {
  await using folder = await TemporaryFolder.make();
  using database = new DatabaseSync(`${folder.path}/rides.db`);
  const steps = [
    "CREATE TABLE one (a)",
    "CREATE TABLE two (a)",
    "CREATE TABLE three (a); nonsense",
  ];
  throws(() => migrate(database, "rides.db", steps), /syntax error/);
  database.exec("ROLLBACK");
  equal(database.prepare("PRAGMA user_version").get()?.user_version, 2);
  deepEqual(
    database.prepare("SELECT name FROM sqlite_schema ORDER BY name").all().map(({ name }) => name),
    ["one", "two"],
  );
  migrate(database, "rides.db", [...steps.slice(0, 2), "CREATE TABLE three (a)"]);
  equal(database.prepare("PRAGMA user_version").get()?.user_version, 3);
});
