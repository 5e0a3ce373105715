import { ok } from "node:assert/strict";
import { hasCommand } from "../support/measured_server.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { BODIES } from "./bodies.ts";
import { start } from "./contestants.ts";
import { byTurns, manyInFlight, ratioOf } from "./rates.ts";

/** Measured are ratios of about 2, so that less than this is no noise. */
const LEAST_RATIO = 1;

/** One that passes is enough: what else a machine does only ever lowers a ratio for a while. */
const ATTEMPTS = 3;

const isMeasurable = hasCommand("h2load") && hasCommand("taskset") &&
  navigator.hardwareConcurrency > 1;

Deno.test({
  name: `unary calls - the engine serves no fewer than node:http2${
    isMeasurable ? "" : " (needs h2load, taskset and two cores)"
  }`,
  ignore: !isMeasurable,
  fn: async () => {
    await using folder = await TemporaryFolder.make();
    await using engine = await start("engine", folder.path);
    await using node = await start("node:http2", folder.path);
    const body = `${folder.path}/start.bin`;
    await Deno.writeFile(body, BODIES.Start());

    const ratios: number[] = [];
    while (ratios.length < ATTEMPTS && !ratios.some((ratio) => ratio >= LEAST_RATIO)) {
      const [rates] = await byTurns([engine, node], [{ ...manyInFlight(body), calls: 4_000 }], 3);
      ratios.push(ratioOf(rates!.get("engine")!, rates!.get("node:http2")!));
    }
    ok(ratios.some((ratio) => ratio >= LEAST_RATIO), `ratios of engine to node: ${ratios}`);
  },
});
