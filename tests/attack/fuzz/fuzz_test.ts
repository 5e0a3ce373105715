import { deepEqual } from "node:assert/strict";
import { fuzz } from "./run_fuzz.ts";

const SECONDS = 10;

Deno.test({
  name:
    "fuzz - no bytes end the server, its answers to others or its peace (RIDES_HOSTILE=1 runs it)",
  ignore: Deno.build.os !== "linux" || Deno.env.get("RIDES_HOSTILE") !== "1",
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  for (const transport of ["engine", "node"] as const) {
    const { faults } = await fuzz({ seconds: SECONDS, seed, transport });
    deepEqual(faults, [], `deno task fuzz --transport ${transport} --seed ${seed}`);
  }
});
