/**
 * `rides ARGS`, with a look at what the commits of its store do on the event loop: `timed_server.ts FILE ARGS`.
 *
 * A group is handed to the writer's thread in one piece of work. The answer is another, with all that it sets
 * off at once: the feed is told, the next group handed over, and every caller's promise resolved, with what
 * its handler does before it waits again. FILE has how long the thread ran for the longest piece, collections
 * of garbage with it, in milliseconds. That is processor time, since the time without a core, or with one
 * that the host has taken away, is not the program's; no piece was seen to sleep. SIGWINCH begins anew.
 */
import { nextTick } from "node:process";
import { run } from "../../../rides/cli/mod.ts";
import { threadTimes } from "../../support/process_facts.ts";

const [file = "", ...args] = Deno.args;
let longestMs = 0;
Deno.addSignalListener("SIGWINCH", () => longestMs = 0);

/** Begins a piece; call what it returns at its end. */
function begin(): () => void {
  const { ranMs } = threadTimes();
  return () => {
    const tookMs = threadTimes().ranMs - ranMs;
    if (tookMs <= longestMs) return;
    longestMs = tookMs;
    Deno.writeTextFileSync(file, `${tookMs}`);
  };
}

globalThis.Worker = class extends Worker {
  override postMessage(message: unknown, how?: Transferable[] | StructuredSerializeOptions): void {
    const end = begin();
    super.postMessage(message, how as Transferable[]);
    end();
  }

  override set onmessage(take: (event: MessageEvent) => void) {
    super.onmessage = (event) => {
      const end = begin();
      take(event);
      // Comes after every microtask that this sets off.
      nextTick(end);
    };
  }
};

Deno.exit(await run(args));
