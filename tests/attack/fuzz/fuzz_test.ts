import { deepEqual } from "node:assert/strict";
import { HOW_TO_RUN, ignored } from "../ignored.ts";
import { fuzz } from "./run_fuzz.ts";

const SECONDS = 10;

Deno.test({
  name: `fuzz - no bytes end the server, its answers to others or its peace ${HOW_TO_RUN}`,
  ignore: ignored,
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  for (const transport of ["engine", "node"] as const) {
    const { faults } = await fuzz({ seconds: SECONDS, seed, transport });
    deepEqual(faults, [], `deno task fuzz --transport ${transport} --seed ${seed}`);
  }
});
