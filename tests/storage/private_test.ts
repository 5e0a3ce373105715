import { deepEqual } from "node:assert/strict";
import { openStorage } from "../../rides/storage/mod.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides } from "../support/program.ts";

/** The permissions of what is in a folder, as in `rides.db 600`. */
function modes(folder: string): string[] {
  return [...Deno.readDirSync(folder)]
    .map(({ name }) => `${name} ${(Deno.statSync(`${folder}/${name}`).mode! & 0o777).toString(8)}`)
    .toSorted();
}

Deno.test("a store - is readable by its owner alone, and so is a backup of it", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/rides.db`;
  {
    await using storage = await openStorage(`sqlite:${file}`);
    await storage.findOrRegister("trung");
    deepEqual(modes(folder.path), [
      "rides.db 600",
      "rides.db-shm 600",
      "rides.db-wal 600",
      "rides.db.lock 600",
    ]);
    const { code, stderr } = await rides([
      "store",
      "backup",
      `${folder.path}/copy.db`,
      "--store",
      `sqlite:${file}`,
    ]);
    deepEqual([code, stderr], [0, ""]);
  }
  deepEqual(modes(folder.path).filter((line) => !line.endsWith(" 600")), []);
});
