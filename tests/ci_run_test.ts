/** `.ci/run` itself, with checks of ours in place of its own. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Child } from "./support/child.ts";
import { eventually } from "./support/eventually.ts";
import { fromFileUrl, ROOT, TemporaryFolder } from "./support/paths.ts";

/** Starts it with a shell script as its checks, which finds that folder in `$FOLDER`. */
async function start(folder: TemporaryFolder, check: string): Promise<Child> {
  for (const [name, lines] of [["npx", check], ["dpkg", "exit 0"], ["prometheus", "exit 0"]]) {
    await Deno.writeTextFile(`${folder.path}/${name}`, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
  const PATH = `${folder.path}:${Deno.env.get("PATH")}`;
  return new Child([fromFileUrl(new URL(".ci/run", ROOT))], {
    env: { PATH, FOLDER: folder.path, DENORT_BIN: "none" },
  });
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`.ci/run - ends the check that runs, and what that has started, at ${signal}`, async () => {
    await using folder = await TemporaryFolder.make();
    const pidFile = `${folder.path}/pid`;
    await using run = await start(folder, 'sleep 60 &\necho $! > "$FOLDER/pid"\nwait');
    const pid = await eventually("the check", () => Number(textOf(pidFile)) || false);
    run.signal(signal);
    const { code, stdout } = await run.ended();
    ok(code > 128, `${code}`);
    ok(!stdout.includes("passed"), stdout);
    await eventually("the end of the check", () => !isAlive(pid));
  });
}

Deno.test(".ci/run - says at its end what failed, once and twice", async () => {
  await using folder = await TemporaryFolder.make();
  const failure = [
    "ride - starts ... FAILED (1s)",
    " ERRORS ",
    "",
    "ride - starts => ./tests/ride_test.ts:1:6",
    "error: AssertionError: 1 is 2",
    "    at ride_test.ts:3:4",
    "",
    " FAILURES ",
    "",
    "ride - starts => ./tests/ride_test.ts:1:6",
    "",
    "FAILED | 7 passed | 1 failed (1s)",
  ].join("\n");
  await using run = await start(
    folder,
    `case "$*" in
      *" ok") [ -e "$FOLDER/ok" ] && { echo 'ok | 8 passed | 0 failed (1s)'; exit; }
        touch "$FOLDER/ok"; echo '${failure}'; exit 1;;
      *" soak "*) echo 'it grew'; exit 2;;
    esac`,
  );
  const { code, stdout } = await run.ended();
  equal(code, 1);
  deepEqual(stdout.trimEnd().split("\n").slice(-6), [
    "== passed at the second attempt: npx -y deno@2.9.6 task ok",
    "  ride - starts => ./tests/ride_test.ts:1:6",
    "  error: AssertionError: 1 is 2",
    "== failed twice: npx -y deno@2.9.6 task soak --minutes 0.5",
    "  it grew",
    "14 passed, 1 failed, 0 skipped",
  ]);
});

function textOf(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
