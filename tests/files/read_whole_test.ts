import { equal, rejects } from "node:assert/strict";
import { readWhole } from "../../rides/files/read_whole.ts";
import { TemporaryFolder } from "../support/paths.ts";

Deno.test("readWhole - gives the text of a file behind links, and its mode", async () => {
  await using folder = await TemporaryFolder.make();
  const [file, link] = [`${folder.path}/file`, `${folder.path}/link`];
  await Deno.writeTextFile(file, "text\n", { mode: 0o640 });
  await Deno.symlink(file, link);
  const { text, mode } = await readWhole(link);
  equal(text, "text\n");
  equal(mode, 0o640);
});

Deno.test("readWhole - leaves out the byte order mark that editors of Windows put first", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "\uFEFFtext");
  equal((await readWhole(file)).text, "text");
});

Deno.test("readWhole - waits for no pipe, and reads no device", async () => {
  await using folder = await TemporaryFolder.make();
  const pipe = `${folder.path}/pipe`;
  equal((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success, true);
  for (const file of [pipe, "/dev/zero"]) {
    await rejects(readWhole(file), /^Error: it is a pipe or a device, and no file$/);
  }
});

Deno.test("readWhole - reads nothing that is far too long", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "");
  await Deno.truncate(file, 2 ** 30);
  await rejects(readWhole(file), /^Error: it has more than 134217728 bytes$/);
});
