/** Files that commands read, by processes that are told to end. */
import { equal } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { run, RunningProgram } from "../support/program.ts";

for (const command of [["client", "track"], ["client", "car", "upload"]]) {
  Deno.test({
    name: `${command.join(" ")} - the first Ctrl-C ends it while its pipe has no writer`,
    ignore: Deno.build.os !== "linux",
  }, async () => {
    await using folder = await TemporaryFolder.make();
    const pipe = `${folder.path}/pipe`;
    equal((await run(["mkfifo", pipe])).code, 0);
    await using program = new RunningProgram([...command, pipe], { cwd: folder.path });
    await eventually("it opens the pipe", () => program.hasEnded || opensPipe(program.pid));
    program.signal("SIGINT");
    await eventually("it ends", () => program.hasEnded);
    const { code, stderr } = await program.ended();
    equal(code, 130, stderr);
  });
}

/** Whether a thread of a process waits for the other end of a pipe that it opens. */
function opensPipe(pid: number): boolean {
  try {
    const threads = [...Deno.readDirSync(`/proc/${pid}/task`)];
    return threads.some(({ name }) =>
      Deno.readTextFileSync(`/proc/${pid}/task/${name}/wchan`) === "wait_for_partner"
    );
  } catch {
    // It, or one of them, has ended meanwhile.
    return false;
  }
}
