import { ok } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { Serving } from "../support/serving.ts";
import type { Order } from "../support/starting_worker.ts";

/** Far more than an answer takes that is on its way. */
const LONG_MS = 10_000;

// The runtime's HTTP/2 sends at the end of a turn, which the log is part of.
const ignore = Deno.env.get("RIDES_TRANSPORT") === "node";

Deno.test({
  name: "timing - the only call of a connection has its answer before its line is logged",
  ignore,
  fn: async () => {
    const answered = new Int32Array(new SharedArrayBuffer(4));
    let waited: "ok" | "not-equal" | "timed-out" | undefined;
    await using serving = await Serving.start({
      log(_, message) {
        if (!message.startsWith("/Rides/Start")) return;
        // Nothing else happens in this thread until the client has its answer.
        waited = Atomics.wait(answered, 0, 0, LONG_MS);
      },
    });
    const worker = new Worker(import.meta.resolve("../support/starting_worker.ts"), {
      type: "module",
    });
    try {
      worker.postMessage({ address: serving.address, answered } satisfies Order);
      await eventually("the line of the log", () => waited);
    } finally {
      worker.terminate();
    }
    ok(waited !== "timed-out", "the log came first");
  },
});
