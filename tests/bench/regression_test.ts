import { ok } from "node:assert/strict";
import { hasCommand } from "../support/measured_server.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { BODIES } from "./bodies.ts";
import { start } from "./contestants.ts";
import { byTurns, manyInFlight } from "./rates.ts";

/** Measured are ratios of 3 to 4.9, and of 1.5 to 2.4 with an engine that makes a call cost twice as much. */
const LEAST_RATIO = 2.5;

/** One that passes is enough: what else a machine does only ever lowers a ratio for a while. */
const ATTEMPTS = 3;
const ROUNDS = 2;

const isMeasurable = hasCommand("h2load") && hasCommand("taskset") &&
  navigator.hardwareConcurrency > 1;

Deno.test({
  name: `unary calls - node:http2 takes ${LEAST_RATIO} times the engine's CPU${
    isMeasurable ? "" : " (needs h2load, taskset and two cores)"
  }`,
  ignore: !isMeasurable,
  fn: async () => {
    await using folder = await TemporaryFolder.make();
    await using engine = await start("engine", folder.path);
    await using node = await start("node:http2", folder.path);
    const body = `${folder.path}/start.bin`;
    await Deno.writeFile(body, BODIES.Start());
    const load = { ...manyInFlight(body), calls: 8_000 };
    await byTurns([engine, node], [load], 1); // For the compilers.

    const ratios: number[] = [];
    while (ratios.length < ATTEMPTS && !ratios.some((ratio) => ratio >= LEAST_RATIO)) {
      const [rates] = await byTurns([engine, node], [load], ROUNDS);
      // Not the rates themselves: other tests run on the same cores.
      ratios.push(rates!.get("node:http2")!.cpuMicros / rates!.get("engine")!.cpuMicros);
    }
    ok(ratios.some((ratio) => ratio >= LEAST_RATIO), `ratios of node to engine: ${ratios}`);
  },
});
