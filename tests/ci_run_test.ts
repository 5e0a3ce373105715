/** `.ci/run` itself, with a check in it that would last. */
import { ok } from "node:assert/strict";
import { Child } from "./support/child.ts";
import { eventually } from "./support/eventually.ts";
import { fromFileUrl, ROOT, TemporaryFolder } from "./support/paths.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`.ci/run - ends the check that runs, and what that has started, at ${signal}`, async () => {
    await using folder = await TemporaryFolder.make();
    const pidFile = `${folder.path}/pid`;
    const command = async (name: string, lines: string) => {
      await Deno.writeTextFile(`${folder.path}/${name}`, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    };
    await command("npx", `sleep 60 &\necho $! > "${pidFile}"\nwait`);
    await command("dpkg", "exit 0");
    await command("promtool", "exit 0");
    await using run = new Child([fromFileUrl(new URL(".ci/run", ROOT))], {
      env: { PATH: `${folder.path}:${Deno.env.get("PATH")}`, DENORT_BIN: "none" },
    });
    const pid = await eventually("the check", () => Number(textOf(pidFile)) || false);
    run.signal(signal);
    const { code, stdout } = await run.ended();
    ok(code > 128, `${code}`);
    ok(!stdout.includes("passed"), stdout);
    await eventually("the end of the check", () => !isAlive(pid));
  });
}

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
