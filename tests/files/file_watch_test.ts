import { equal } from "node:assert/strict";
import { FileWatch } from "../../rides/files/file_watch.ts";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";

const CHANGES: Record<string, (folder: string) => Promise<void>> = {
  "written to": (folder) => Deno.writeTextFile(`${folder}/a`, "new"),
  "appended to": (folder) => Deno.writeTextFile(`${folder}/a`, "more", { append: true }),
  "replaced by a rename": async (folder) => {
    await Deno.writeTextFile(`${folder}/c`, "old");
    await Deno.rename(`${folder}/c`, `${folder}/a`);
  },
  "given another mode": (folder) => Deno.chmod(`${folder}/a`, 0o600),
  "removed": (folder) => Deno.remove(`${folder}/a`),
  "switched by a link to its folder": async (folder) => {
    await Deno.symlink("second", `${folder}/next`);
    await Deno.rename(`${folder}/next`, `${folder}/current`);
  },
};

for (const [what, change] of Object.entries(CHANGES)) {
  Deno.test(`FileWatch - tells once of a file that is ${what}`, async () => {
    await using folder = await TemporaryFolder.make();
    const { path } = folder;
    await Deno.writeTextFile(`${path}/a`, "old");
    for (const version of ["first", "second"]) {
      await Deno.mkdir(`${path}/${version}`);
      await Deno.writeTextFile(`${path}/${version}/b`, version);
    }
    await Deno.symlink("first", `${path}/current`);
    let told = 0;
    await using _watch = await FileWatch.start(
      [`${path}/a`, `${path}/current/b`],
      () => void told++,
    );
    await change(path);
    await eventually("the change is told", () => told > 0);
    equal(told, 1);
  });
}

Deno.test("FileWatch - waits until a file is no longer being written", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/a`;
  await Deno.writeTextFile(file, "");
  const told: string[] = [];
  await using _watch = await FileWatch.start(
    [file],
    async () => void told.push(await Deno.readTextFile(file)),
  );
  // For longer than from one look to the next, with less than that between two writes.
  for (let i = 0; i < 30; i++) {
    await Deno.writeTextFile(file, ".", { append: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await eventually("the change is told", () => told.length > 0);
  equal(told[0], ".".repeat(30));
});

Deno.test("FileWatch - tells nothing more once it is disposed of", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/a`;
  await Deno.writeTextFile(file, "old");
  let running = false;
  const begun = Promise.withResolvers<void>();
  const watch = await FileWatch.start([file], async () => {
    running = true;
    begun.resolve();
    await new Promise((resolve) => setTimeout(resolve, 50));
    running = false;
  });
  await Deno.writeTextFile(file, "new");
  await begun.promise;
  await watch[Symbol.asyncDispose]();
  equal(running, false);
});
