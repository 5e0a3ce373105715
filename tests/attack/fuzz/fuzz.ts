/**
 * `deno task fuzz [--seconds N] [--seed N] [--from N] [--transport engine|node]`: random frames and
 * messages against `rides serve`. Prints the seed; with it and `--from` a fault can be repeated.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./run_fuzz.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: `${Math.floor(Math.random() * 2 ** 31)}` },
      from: { type: "string", default: "0" },
      transport: { type: "string", default: "engine" },
    },
  });
  const [seconds, seed, from] = [values.seconds, values.seed, values.from].map(Number) as [
    number,
    number,
    number,
  ];
  if (![seconds, seed, from].every((value) => value >= 0)) {
    throw new TypeError("--seconds, --seed and --from take numbers");
  }
  const transport = values.transport === "node" ? "node" : "engine";
  print(`seed ${seed}, ${seconds} s, on ${transport}`);
  const { streams, growthBytes, faults } = await fuzz({ seconds, seed, from, transport });
  print(`${streams} connections, memory +${(growthBytes / 1e6).toFixed(1)} MB`);
  for (const fault of faults) print(`FAULT: ${fault}; repeat it with --seed ${seed} --from N`);
  return faults.length === 0 ? 0 : 1;
}

// deno-lint-ignore no-console -- the result of a task
const print = (line: string): void => console.log(line);

if (import.meta.main) Deno.exit(await main());
