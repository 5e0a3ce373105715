import { deepEqual } from "node:assert/strict";
import { soak } from "./run_soak.ts";

const SECONDS = 20;

Deno.test({
  name: "mixed traffic - leaves memory flat and no descriptor open (RIDES_SOAK=1 runs it)",
  ignore: Deno.build.os !== "linux" || Deno.env.get("RIDES_SOAK") !== "1",
  fn: async () => {
    const { faults } = await soak(SECONDS);
    deepEqual(faults, []);
  },
});
