import { equal, match } from "node:assert/strict";
import { fromFileUrl, ROOT, TemporaryFolder } from "../support/paths.ts";
import { run } from "../support/program.ts";

Deno.test("README.md - the program in TypeScript passes the compiler, runs and ends", async () => {
  await using folder = await TemporaryFolder.make();
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [, program = "", ...more] = readme.split(/^```ts\n([^]*?)^```$/gm);
  equal(more.length, 1, "there is one");
  const file = `${folder.path}/program.ts`;
  await Deno.writeTextFile(
    file,
    program.replace("@rides/rides", new URL("rides/mod.ts", ROOT).href),
  );
  const config = fromFileUrl(new URL("deno.json", ROOT));
  const { code, stdout, stderr } = await run(
    [Deno.execPath(), "run", "-A", "--check", "--quiet", "--config", config, file],
  );
  equal(code, 0, stderr);
  match(stdout, /state: "COMPLETED"/);
});
