import { onCore } from "../support/measured_server.ts";
import { LOAD_CORE, SERVER_CORE } from "./h2load.ts";

/** Gives way to everything else at once (SCHED_IDLE), and ends when nobody is left to stop it. */
const SPINNER = ["chrt", "--idle", "0", "sh", "-c", "while kill -0 $PPID; do :; done"] as const;

/**
 * Keeps the cores from sleeping until it is disposed of. With one call in flight each side sleeps while the
 * other works, and how long a virtual core takes to wake is up to its host: from next to nothing to more
 * than the call, for minutes at a time. It says nothing of the servers, and hides the difference between them.
 */
export function keepAwake(): Disposable {
  const spinners = [SERVER_CORE, LOAD_CORE].map((core) => {
    const [command, ...args] = onCore(core, SPINNER);
    return new Deno.Command(command, { args, stdin: "null", stdout: "null", stderr: "null" })
      .spawn();
  });
  return {
    [Symbol.dispose]() {
      for (const spinner of spinners) spinner.kill("SIGKILL");
    },
  };
}
