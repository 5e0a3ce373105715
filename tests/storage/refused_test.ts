/** What is said of a file that cannot be a store: the same before a start, at it, and to who looks into it. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { checkStorage, openStorage, StorageError, StoreFile } from "../../rides/storage/mod.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { SmallDisk } from "../support/small_disk.ts";

const REFUSED: [string, (file: string) => void, RegExp][] = [
  ["a folder", (file) => Deno.mkdirSync(file), /^Cannot use .*a\.db: it is a folder; give a file/],
  [
    "a text",
    (file) => Deno.writeTextFileSync(file, "Not a database, but somebody's notes.\n".repeat(100)),
    /^Cannot use .*a\.db: it is no database \(SQLite: file is not a database\); give another file$/,
  ],
  [
    "a database of another program",
    (file) => {
      using database = new DatabaseSync(file);
      database.exec("CREATE TABLE notes (text TEXT)");
    },
    /^Cannot use .*a\.db: it is an SQLite database of another program; give/,
  ],
];

for (const [what, make, message] of REFUSED) {
  Deno.test(`refused store - ${what} is said to be one, and left as it is`, async () => {
    await using folder = await TemporaryFolder.make();
    const file = `${folder.path}/a.db`;
    make(file);
    const before = bytesOf(file);
    const refusal = (error: unknown) => {
      equal(error instanceof StorageError, true, Deno.inspect(error));
      match((error as Error).message, message);
      return true;
    };
    await rejects(openStorage(`sqlite:${file}`), refusal);
    await rejects(checkStorage(`sqlite:${file}`, false), refusal);
    await rejects(async () => await new StoreFile(file).stats(), refusal);
    deepEqual(bytesOf(file), before);
    deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["a.db"]);
  });
}

Deno.test("refused store - a folder that is not there is named", async () => {
  await using folder = await TemporaryFolder.make();
  const spec = `sqlite:${folder.path}/no/a.db`;
  const message = /^Cannot use .*a\.db: there is no folder .*\/no; make it, or give another file$/;
  await rejects(openStorage(spec), { message });
  await rejects(checkStorage(spec, false), { message });
});

Deno.test({
  name: "refused store - one on a full disk, new or with what it had, and what to do is said",
  ignore: !SmallDisk.isAllowed,
  async fn() {
    await using disk = await SmallDisk.make(256);
    const spec = `sqlite:${disk.path}/a.db`;
    const refused = (message: RegExp) => rejects(openStorage(spec), { message });
    await disk.takeBallast(256);
    const full = /^Cannot use .*a\.db: its disk is full \(SQLite: .*\); make room on it$/;
    await rejects(checkStorage(spec, false), { message: full });
    await refused(full);
    await disk.throwOutBallast();
    await (await openStorage(spec))[Symbol.asyncDispose]();
    await rejects(disk.takeBallast(256));
    await refused(/^Cannot use .*a\.db: its disk is full or fails \(SQLite: .*\); make room on it/);
  },
});

Deno.test({
  name: "refused store - one in a folder that cannot be written, before a start as at it",
  ignore: !SmallDisk.isAllowed,
  async fn() {
    await using disk = await SmallDisk.make(1_024);
    const spec = `sqlite:${disk.path}/a.db`;
    await (await openStorage(spec))[Symbol.asyncDispose]();
    disk.makeReadOnly();
    const message = /^Cannot use .*a\.db: its lock .*a\.db\.lock cannot be made \(Read-only/;
    await rejects(openStorage(spec), { message });
    await rejects(checkStorage(spec, false), { message });
  },
});

Deno.test("refused store - an empty file is no store yet, and becomes one", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/a.db`;
  await Deno.writeTextFile(file, "");
  await rejects(
    async () => await new StoreFile(file).stats(),
    {
      message:
        /^Cannot read .*a\.db: there is nothing in it yet; serve it once, which makes a store/,
    },
  );
  await (await openStorage(`sqlite:${file}`))[Symbol.asyncDispose]();
  using store = new StoreFile(file);
  equal(store.stats().rides, 0);
});

function bytesOf(file: string): Uint8Array | undefined {
  return Deno.statSync(file).isFile ? Deno.readFileSync(file) : undefined;
}
