/** What several signals come to, in a process that sends them to itself. */
import { equal } from "node:assert/strict";
import { fromFileUrl } from "../support/paths.ts";
import { run } from "../support/program.ts";

const SIGNALLED = fromFileUrl(new URL("fixtures/signalled.ts", import.meta.url));
const HOUR_MS = "3600000";

const CASES: [string, string[], string][] = [
  ["the same one at once is the first", [HOUR_MS, "SIGINT", "SIGINT"], "first SIGINT"],
  [
    "another one at once is a second",
    [HOUR_MS, "SIGINT", "SIGTERM"],
    "first SIGINT, second SIGTERM",
  ],
  [
    "is still heard behind the same one at once",
    [HOUR_MS, "SIGINT", "SIGINT", "SIGTERM"],
    "first SIGINT, second SIGTERM",
  ],
  ["the same one later is a second", ["0", "SIGINT", "SIGINT"], "first SIGINT, second SIGINT"],
];

for (const [what, args, taken] of CASES) {
  Deno.test(`signals - ${what}`, async () => {
    const { code, stdout, stderr } = await run([Deno.execPath(), "run", "-A", SIGNALLED, ...args]);
    equal(code, 0, stderr);
    equal(stdout, `${taken}\n`);
  });
}
