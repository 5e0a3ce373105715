/** `rides store` on the file of a store that is open elsewhere. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { openStorage } from "../../rides/storage/mod.ts";
import { allFixes, store, TestStore } from "../storage/support/stores.ts";
import { fixAt, NOON_MS, rideOf } from "../storage/support/values.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ON_FREE_PORT, rides, run } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";

/** A store with a ride, two cars, some positions and a person, that stays open. */
async function openStore(): Promise<TestStore> {
  const test = await TestStore.open("sqlite");
  const driverId = 'John "Johnny" Doe, jr.';
  await test.storage.startRide(rideOf({ driverId, pickup: { lat: 51.46, lng: -0.2 } }), NOON_MS);
  await store(
    test.storage,
    fixAt(0),
    fixAt(1, 1, { speedCmps: 1_234, headingCdeg: 9_000, accuracyCm: 250 }),
    fixAt(0, 5),
    fixAt(0, 0, { carId: 2n ** 60n + 1n }),
  );
  await test.storage.findOrRegister("trung");
  return test;
}

Deno.test("store stats - counts what an open store holds", async () => {
  await using test = await openStore();
  const { code, stdout } = await rides([
    "store",
    "stats",
    "--store",
    test.spec,
    "--format",
    "json",
  ]);
  equal(code, 0);
  const { bytes, ...counts } = JSON.parse(stdout);
  deepEqual(counts, {
    rides: 1,
    cars: 2,
    positions: 3,
    persons: 1,
    last_sequence: 2,
    oldest_sequence: 1,
  });
  ok(bytes > 10_000);
  const text = await ridesHere(["store", "stats", "--store", test.spec]);
  match(text.stdout, /^rides +1\ncars +2\npositions +3\n/);
});

Deno.test("store check - finds an open store sound", async () => {
  await using test = await openStore();
  const { code, stdout } = await ridesHere(["store", "check", "--store", test.spec]);
  equal(code, 0);
  match(stdout, /rides\.db is sound\n$/);
});

Deno.test("store - leaves nothing beside a store that nobody has open", async () => {
  await using test = await openStore();
  await test.storage[Symbol.asyncDispose]();
  const spec = ["--store", test.spec];
  for (
    const line of [
      ...["check", "stats", "export"].map((what) => ["store", what, ...spec]),
      ["store", "backup", `${test.folder.path}/copy.db`, "--force", ...spec],
      ["serve", "--check", ...ON_FREE_PORT, ...spec],
    ]
  ) {
    equal((await ridesHere(line)).code, 0);
    const left = [...Deno.readDirSync(test.folder.path)].map(({ name }) => name);
    deepEqual(left.filter((name) => name !== "copy.db"), ["rides.db"], line.join(" "));
  }
});

Deno.test("store - leaves the log of a server that was killed as it is", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/rides.db`;
  await leaveLog(file);
  const before = await Promise.all([file, `${file}-wal`].map((path) => Deno.readFile(path)));
  for (
    const what of [["store", "check"], ["store", "stats"], ["serve", "--check", ...ON_FREE_PORT]]
  ) {
    await ridesHere([...what, "--store", `sqlite:${file}`]);
    deepEqual(
      await Promise.all([file, `${file}-wal`].map((path) => Deno.readFile(path))),
      before,
    );
  }
});

Deno.test("store check - says what is wrong with a damaged one", async () => {
  await using test = await TestStore.open("sqlite");
  await store(test.storage, ...Array.from({ length: 5_000 }, (_, n) => fixAt(n)));
  await test.storage[Symbol.asyncDispose]();
  const bytes = await Deno.readFile(test.file);
  bytes.fill(0xa5, 100_000, 120_000);
  await Deno.writeFile(test.file, bytes);
  const { code, stdout, stderr } = await ridesHere(["store", "check", "--store", test.spec]);
  equal(code, 1);
  equal(stdout, "");
  match(
    stderr,
    /^.*rides\.db is damaged: .+\. Stop its server, keep a copy, and put back a backup\n$/,
  );
});

Deno.test("store backup - copies an open store into one that can be served", async () => {
  await using test = await openStore();
  const copy = `${test.folder.path}/copy.db`;
  const { code, stdout, stderr } = await ridesHere(["store", "backup", copy, "--store", test.spec]);
  equal(code, 0, stderr);
  match(stdout, /copy\.db: \d+\.\d MiB\n$/);
  await using storage = await openStorage(`sqlite:${copy}`);
  deepEqual(await allFixes(storage), await allFixes(test.storage));
  deepEqual(
    await storage.listRides({ states: [] }, 9),
    await test.storage.listRides({ states: [] }, 9),
  );
  equal(storage.id, test.storage.id);
});

Deno.test("store backup - never replaces a file unless it is told to", async () => {
  await using test = await openStore();
  const copy = `${test.folder.path}/copy.db`;
  await Deno.writeTextFile(copy, "somebody's");
  const line = ["store", "backup", copy, "--store", test.spec];
  const { code, stderr } = await ridesHere(line);
  equal(code, 1);
  match(stderr, /it exists; give another name, or --force/);
  equal(await Deno.readTextFile(copy), "somebody's");
  equal((await ridesHere([...line, "--force"])).code, 0);
  equal((await ridesHere(["store", "check", "--store", `sqlite:${copy}`])).code, 0);
});

Deno.test("store backup - never replaces a store that a server has open", async () => {
  await using test = await openStore();
  await using other = await openStore();
  const before = await allFixes(other.storage);
  const line = ["store", "backup", other.file, "--force", "--store", test.spec];
  const { code, stderr } = await ridesHere(line);
  equal(code, 1);
  match(stderr, /another server or backup has it open \(process \d+\)/);
  deepEqual(await allFixes(other.storage), before);
});

Deno.test("store backup - of two at once to the same file, one is refused, and nothing is left", async () => {
  await using test = await openStore();
  const copy = `${test.folder.path}/copy.db`;
  const line = ["store", "backup", copy, "--force", "--store", test.spec];
  const ended = await Promise.all([rides(line), rides(line), rides(line)]);
  const refused = ended.filter(({ code }) => code !== 0);
  for (const { stderr } of refused) match(stderr, /another server or backup has it open/);
  equal(refused.length < 3, true);
  equal((await ridesHere(["store", "check", "--store", `sqlite:${copy}`])).code, 0);
  const left = [...Deno.readDirSync(test.folder.path)].map(({ name }) => name);
  deepEqual(left.filter((name) => name.startsWith("copy.db")), ["copy.db"]);
});

Deno.test("store backup - the log of a store that was there does not get into the copy", async () => {
  await using test = await openStore();
  const copy = `${test.folder.path}/copy.db`;
  await leaveLog(copy);
  await store(test.storage, fixAt(7));
  const line = ["store", "backup", copy, "--store", test.spec];
  await Deno.remove(copy);
  const { code, stderr } = await ridesHere(line);
  equal(code, 1);
  match(stderr, /copy\.db-wal is there, .*remove it, or --force/);
  equal((await ridesHere([...line, "--force"])).code, 0);
  await using storage = await openStorage(`sqlite:${copy}`);
  deepEqual(await allFixes(storage), await allFixes(test.storage));
});

/** Makes a store, and leaves what a server leaves that is killed. */
async function leaveLog(file: string): Promise<void> {
  await using killed = await openStore();
  for (const end of ["", "-wal"]) await Deno.copyFile(`${killed.file}${end}`, `${file}${end}`);
}

Deno.test("store - the log of a file that is missing, or empty, is kept, and says what is amiss", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/rides.db`;
  await leaveLog(file);
  const log = await Deno.readFile(`${file}-wal`);
  for (const put of [() => Deno.remove(file), () => Deno.writeTextFile(file, "")]) {
    await put();
    for (
      const what of [
        ["store", "check"],
        ["store", "stats"],
        ["serve", "--check", ...ON_FREE_PORT],
        [
          "serve",
          ...ON_FREE_PORT,
        ],
      ]
    ) {
      const { code, stderr } = await rides([...what, "--store", `sqlite:${file}`]);
      equal(code, 1);
      match(
        stderr,
        /^Cannot use .*rides\.db: .*, but .*rides\.db-wal has the latest .* put the file back/,
      );
      deepEqual(await Deno.readFile(`${file}-wal`), log);
    }
  }
});

Deno.test("store - a copy that is put back beside the log of another is not called just damaged", async () => {
  await using test = await openStore();
  const file = `${test.folder.path}/back.db`;
  await test.reopen();
  await Deno.copyFile(test.file, file);
  await store(test.storage, ...Array.from({ length: 20_000 }, (_, n) => fixAt(n + 10, 0)));
  await test.reopen();
  await store(test.storage, ...Array.from({ length: 2_000 }, (_, n) => fixAt(n, 0, { carId: 9n })));
  await Deno.copyFile(`${test.file}-wal`, `${file}-wal`);
  for (const what of [["store", "check"], ["store", "stats"], ["serve", ...ON_FREE_PORT]]) {
    const { code, stderr } = await rides([...what, "--store", `sqlite:${file}`]);
    equal(code, 1);
    match(
      stderr,
      /^Cannot use .*: it is damaged .*put back a backup; if that has been done, move .*-wal away/,
    );
  }
});

Deno.test("store backup - leaves alone what is next to it", async () => {
  await using test = await openStore();
  const copy = `${test.folder.path}/copy.db`;
  const others = ["partial", "monday", "d9428888-122b-4c3a-8a5e-0c5b2f3a7e11"]
    .map((end) => `${copy}.${end}`);
  for (const other of others) await Deno.writeTextFile(other, "somebody's");
  equal((await ridesHere(["store", "backup", copy, "--store", test.spec])).code, 0);
  for (const other of others) equal(await Deno.readTextFile(other), "somebody's");
});

Deno.test("store backup - removes what one into the same file left that was killed", async () => {
  await using test = await openStore();
  const { path } = test.folder;
  const partial = "copy.db.d9428888-122b-4c3a-8a5e-0c5b2f3a7e11.partial";
  for (const end of ["", "-journal"]) await Deno.writeTextFile(`${path}/${partial}${end}`, "");
  await Deno.writeTextFile(`${path}/other-${partial}`, "another's");
  equal((await ridesHere(["store", "backup", `${path}/copy.db`, "--store", test.spec])).code, 0);
  deepEqual(
    [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) => /copy/.test(name)).sort(),
    ["copy.db", `other-${partial}`],
  );
});

Deno.test("store backup - never replaces the store itself, and says where it cannot write", async () => {
  await using test = await openStore();
  const { path } = test.folder;
  await Deno.symlink(test.file, `${path}/link.db`);
  const backup = (to: string) => rides(["store", "backup", to, "--force", "--store", test.spec]);
  for (const to of [test.file, `${path}/link.db`]) {
    const { code, stderr } = await backup(to);
    match(stderr, /^Cannot write .*\.db: it is the store itself; give another name\n$/);
    equal(code, 1);
  }
  equal((await backup(path)).stderr, `Cannot write ${path}: it is a folder\n`);
  equal(
    (await backup(`${path}/no/copy.db`)).stderr,
    `Cannot use ${path}/no/copy.db: there is no folder ${path}/no; make it, or give another file\n`,
  );
});

Deno.test({
  name: "store - does not wait for a pipe, nor read a device",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await TemporaryFolder.make();
    const pipe = `${folder.path}/pipe`;
    await run(["mkfifo", pipe]);
    const refused = async (what: readonly string[], file: string) => {
      const { code, stderr } = await rides([...what, "--store", `sqlite:${file}`]);
      equal(stderr, `Cannot use ${file}: it is a pipe or a device; give a file\n`);
      equal(code, 1);
    };
    await refused(["store", "stats"], "/dev/zero");
    for (
      const what of [["store", "stats"], ["serve", "--check", ...ON_FREE_PORT], [
        "serve",
        ...ON_FREE_PORT,
      ]]
    ) {
      await refused(what, pipe);
    }
    deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["pipe"]);
  },
});

Deno.test("store export - writes JSON lines of rides and positions", async () => {
  await using test = await openStore();
  const { code, stdout, stderr } = await ridesHere(["store", "export", "--store", test.spec]);
  equal(code, 0, stderr);
  const [ride, first, second, third, ...more] = stdout.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  deepEqual(more, []);
  equal(ride.driver_id, 'John "Johnny" Doe, jr.');
  equal(ride.position_count, 2);
  deepEqual([first.car_id, first.flags], [7, ["CONFLICT"]]);
  deepEqual([second.speed_mps, second.heading_degrees, second.accuracy_meters], [12.34, 90, 2.5]);
  equal(third.car_id, String(2n ** 60n + 1n));
});

Deno.test("store export --format csv - has a head, and quotes what needs it", async () => {
  await using test = await openStore();
  const line = ["store", "export", "--format", "csv", "--store", test.spec];
  const positions = await ridesHere([...line, "positions"]);
  equal(positions.code, 0, positions.stderr);
  const [head, first, second] = positions.stdout.split("\r\n");
  equal(
    head,
    "car_id,time,lat,lng,speed_mps,heading_degrees,accuracy_meters,receive_time,flags",
  );
  match(first ?? "", /^7,2026-01-01T12:00:00Z,51\.46,-0\.2,,,,\d{4}-.*Z,CONFLICT$/);
  match(second ?? "", /^7,2026-01-01T12:00:01Z,51\.4601,-0\.2,12\.34,90,2\.5,\d{4}-.*Z,$/);
  const { stdout } = await ridesHere([...line, "rides"]);
  match(stdout, /,7,"John ""Johnny"" Doe, jr\.","\[""M"",""Q""\]",REGULAR,51\.46,-0\.2,,,/);
  equal((await ridesHere(line)).code, 2);
});

Deno.test("store export - goes on with every piece of a long one", async () => {
  await using test = await TestStore.open("sqlite");
  const fixes = Array.from({ length: 2_500 }, (_, n) => fixAt(n));
  await store(test.storage, ...fixes, ...fixes.map((fix) => ({ ...fix, carId: 8n })));
  const { stdout } = await ridesHere(["store", "export", "positions", "--store", test.spec]);
  const times = stdout.trimEnd().split("\n").map((line) => Date.parse(JSON.parse(line).time));
  deepEqual(times, [...fixes, ...fixes].map(({ timeMs }) => timeMs));
});

Deno.test("store - says what is wrong with a file that is none, or is not there", async () => {
  const missing = await ridesHere(["store", "stats", "--store", "sqlite:no-such.db"]);
  equal(missing.code, 1);
  match(missing.stderr, /^Cannot use no-such\.db: there is no such file\n$/);
  await using test = await openStore();
  const within = await ridesHere(["store", "stats", "--store", `${test.spec}/rides.db`]);
  equal(
    within.stderr,
    `Cannot use ${test.file}/rides.db: ${test.file} is no folder; give another file\n`,
  );
  const memory = await ridesHere(["store", "stats", "--store", "memory"]);
  equal(memory.code, 2);
  match(memory.stderr, /--store memory is in the memory of its server alone/);
});
