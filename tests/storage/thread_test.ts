import { equal, match, rejects } from "node:assert/strict";
import { StorageError } from "../../rides/storage/mod.ts";
import { Thread } from "../../rides/storage/thread.ts";

Deno.test("thread - tells whoever waits that it crashed, and is there again for the next", async () => {
  const thread = new Thread(new URL("./fixtures/crashing_worker.ts", import.meta.url));
  const answers = [thread.call("stats", null), thread.call("probe", null)];
  for (const answer of answers) {
    await rejects(answer, (error: Error) => {
      equal(error instanceof StorageError, true);
      match(error.message, /a thread of the store ended: .*a fault of the thread/);
      return true;
    });
  }
  equal(await thread.call("close", null), null);
  thread.terminate();
});
