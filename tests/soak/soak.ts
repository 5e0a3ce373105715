/** `deno task soak [--minutes N]`: see run_soak.ts; prints what it has shown. */
import { parseArgs } from "node:util";
import { columns } from "../bench/table.ts";
import { soak } from "./run_soak.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { minutes: { type: "string", default: "10" } },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new TypeError(`--minutes ${values.minutes}: write a number above 0`);
  const { servers, restarts, calls, faults } = await soak(minutes * 60);

  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  print(columns([
    ["server", "memory, 2nd fifth", "last fifth", "descriptors before", "after"],
    ...servers.map((server) => [
      server.name,
      megabytes(server.earlyBytes),
      megabytes(server.lateBytes),
      `${server.descriptorsBefore}`,
      `${server.descriptorsAfter}`,
    ]),
  ]));
  print(`\nrestarts of a third server: ${restarts}\n`);
  const sorted = [...calls].toSorted(([a], [b]) => a < b ? -1 : 1);
  print(columns(sorted.map(([name, count]) => [name, `${count}`])));
  for (const fault of faults) print(`\nFAULT: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

// deno-lint-ignore no-console -- the result of a task
const print = (text: string): void => console.log(text);

if (import.meta.main) Deno.exit(await main());
