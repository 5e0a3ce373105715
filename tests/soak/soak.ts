/**
 * `deno task soak [--minutes N] [--out FOLDER]`: see run_soak.ts. Prints what it has shown, and leaves
 * results.json and results.svg in the folder, `dist/soak` unless told otherwise.
 */
import { parseArgs } from "node:util";
import { columns } from "../bench/table.ts";
import { plot } from "./plot.ts";
import { soak, type SoakReport } from "./run_soak.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      minutes: { type: "string", default: "30" },
      out: { type: "string", default: "dist/soak" },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new TypeError(`--minutes ${values.minutes}: write a number above 0`);
  const report = await soak(minutes * 60);
  print(inWords(report));
  await write(report, values.out);
  return report.faults.length === 0 ? 0 : 1;
}

function inWords({ servers, restarts, renewals, calls, faults }: SoakReport): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const sorted = [...calls].toSorted(([a], [b]) => a < b ? -1 : 1);
  return [
    columns([
      ["server", "memory, 2nd fifth", "last fifth", "descriptors before", "after"],
      ...servers.map((server) => [
        server.name,
        megabytes(server.earlyBytes),
        megabytes(server.lateBytes),
        `${server.descriptorsBefore}`,
        `${server.descriptorsAfter}`,
      ]),
    ]),
    `restarts of a third server: ${restarts}; renewals of a certificate: ${renewals}`,
    columns(sorted.map(([name, count]) => [name, `${count}`])),
    ...faults.map((fault) => `FAULT: ${fault}`),
  ].join("\n\n");
}

async function write(report: SoakReport, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const date = new Date().toISOString();
  const { servers, calls, ...rest } = report;
  const summary = {
    date,
    ...rest,
    calls: Object.fromEntries(calls),
    servers: servers.map(({ samples, ...findings }) => ({ ...findings, samples: samples.length })),
  };
  await Deno.writeTextFile(`${folder}/results.json`, `${JSON.stringify(summary, null, 2)}\n`);
  const total = [...calls.values()].reduce((sum, count) => sum + count, 0);
  const subtitle = `${(report.seconds / 60).toFixed(1)} minutes, ${total} calls and ` +
    `${report.restarts} restarts, ${date.slice(0, 10)}`;
  await Deno.writeTextFile(`${folder}/results.svg`, plot(servers, subtitle));
}

// deno-lint-ignore no-console -- the result of a task
const print = (text: string): void => console.log(text);

if (import.meta.main) Deno.exit(await main());
