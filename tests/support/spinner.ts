import { type CommandLine, onCore } from "./measured_server.ts";

/** Ends when nobody is left to stop it. */
const LOOP: CommandLine = ["sh", "-c", "while kill -0 $PPID; do :; done"];

/**
 * Keeps a core busy until it is disposed of.
 *
 * @param isIdle whether it gives way to everything else at once (SCHED_IDLE), instead of taking its share
 */
export function spinOn(core: number, isIdle: boolean): Disposable {
  const [command, ...args] = onCore(core, isIdle ? ["chrt", "--idle", "0", ...LOOP] : LOOP);
  const spinner = new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    [Symbol.dispose]: () => spinner.kill("SIGKILL"),
  };
}
