import { doesNotMatch, equal, match } from "node:assert/strict";
import { ROOT } from "../support/paths.ts";
import { type CommandLine, partLine, run } from "../support/program.ts";

const demo = partLine(new URL("main.ts", ROOT), ["demo"]);
const unflagged = demo.filter((word) => !word.startsWith("--v8-flags")) as [string, ...string[]];

/** What V8 says of the places whose objects it would make in the old generation. */
async function decisions(line: CommandLine): Promise<string> {
  const { code, stdout, stderr } = await run(line, {
    env: { DENO_V8_FLAGS: "--trace-pretenuring-statistics" },
  });
  equal(code, 0, stderr);
  return stdout;
}

Deno.test("V8 - does not make the objects of short calls in the old generation", async () => {
  doesNotMatch(await decisions(demo), /pretenuring/);
  match(await decisions(unflagged), /pretenuring: .* => (maybe )?tenure/);
});
