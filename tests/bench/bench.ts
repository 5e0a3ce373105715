/**
 * `deno task bench [--quick | --long]`: rides against its peers, one core for the server and the other for
 * h2load, by turns in one run. Prints a table, and leaves results.json and results.svg beside this file.
 *
 * Numbers of two runs cannot be compared, and of one run those that are far apart cannot either, since the
 * speed of a machine drifts; so a ratio is the median of those within each round.
 */
import { hasCommand } from "../support/measured_server.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { BODIES } from "./bodies.ts";
import { checkAnswers } from "./check_answers.ts";
import { type Contestant, type Name, obstacle, start } from "./contestants.ts";
import { idleConnectionBytes } from "./idle_memory.ts";
import { plot } from "./plot.ts";
import { type Amounts, type BodyFiles, measureRates } from "./rates.ts";
import { type IdleBytes, rowsOf } from "./rows.ts";
import { FULL_STORE, LONG_STORE, QUICK_STORE, type StoreAmounts, storeRows } from "./store/rows.ts";
import { table } from "./table.ts";

const NAMES: readonly Name[] = ["engine", "engine, TLS", "node:http2", "Node", "Python"];

const FULL: Amounts = {
  rounds: 15,
  secondsOfUnary: 1,
  trackStreams: 8,
  sustainedRounds: 3,
  sustainedSeconds: 30,
};

const QUICK: Amounts = {
  rounds: 5,
  secondsOfUnary: 1,
  trackStreams: 4,
  sustainedRounds: 1,
  sustainedSeconds: 5,
};

/** So many that garbage, of which a heap keeps some megabytes at any time, weighs little on each. */
const IDLE_CONNECTIONS = 4_000;

async function main(): Promise<number> {
  const quick = Deno.args.includes("--quick");
  for (const command of ["h2load", "taskset", "chrt"]) {
    if (!hasCommand(command)) {
      tell(`${command} is missing (Debian: nghttp2-client, util-linux): every row is skipped`);
      return 1;
    }
  }
  const amounts = quick ? QUICK : FULL;
  await using folder = await TemporaryFolder.make();
  await using contestants = new AsyncDisposableStack();
  const started: Contestant[] = [];
  for (const name of NAMES) {
    const reason = await obstacle(name);
    if (reason !== undefined) {
      tell(`${name} is skipped: ${reason}`);
      continue;
    }
    const contestant = contestants.use(await start(name, folder.path));
    await checkAnswers(contestant.url);
    started.push(contestant);
  }

  const rates = await measureRates(started, amounts, await writeBodies(folder.path), tell);
  const idle = await measureIdle(folder.path);
  const compared = rowsOf(rates, idle);
  const { skipped } = compared;
  const rows = [...compared.rows, ...await storeRows(storeAmounts(), tell)];

  print("Without a store, as the peers have none:\n");
  print(table(rows));
  for (const title of skipped) print(`skipped: ${title}`);
  const date = new Date().toISOString();
  const method = `no store; medians of ${amounts.rounds} alternating rounds; sustained for ` +
    `${amounts.sustainedSeconds} s; ${date.slice(0, 10)}${quick ? "; short form" : ""}`;
  const named = Object.fromEntries(
    [...rates].map(([scenario, by]) => [
      scenario,
      Object.fromEntries(
        [...by].map(([name, { rounds, cpuMicros }]) => [name, { cpuMicros, rounds }]),
      ),
    ]),
  );
  write(
    "results.json",
    `${JSON.stringify({ date, quick, amounts, rates: named, rows, skipped }, null, 2)}\n`,
  );
  write("results.svg", plot(rates, method));
  return rows.some(({ met }) => met === false) ? 1 : 0;
}

function storeAmounts(): StoreAmounts {
  if (Deno.args.includes("--long")) return LONG_STORE;
  return Deno.args.includes("--quick") ? QUICK_STORE : FULL_STORE;
}

async function writeBodies(folder: string): Promise<BodyFiles> {
  const files = { Start: `${folder}/start.bin`, Track: `${folder}/track.bin` };
  await Deno.writeFile(files.Start, BODIES.Start());
  await Deno.writeFile(files.Track, BODIES.Track());
  return files;
}

/** Of fresh servers, so that no memory of earlier work is used again. */
async function measureIdle(folder: string): Promise<IdleBytes> {
  const bytes = new Map<Name, number>();
  for (const name of ["engine", "engine, TLS", "node:http2"] as const) {
    tell(`${IDLE_CONNECTIONS} idle connections, ${name}`);
    await using contestant = await start(name, folder);
    const ca = name === "engine, TLS"
      ? await Deno.readTextFile(`${folder}/certs/ca.pem`)
      : undefined;
    bytes.set(name, await idleConnectionBytes(contestant.server, ca, IDLE_CONNECTIONS));
  }
  return bytes;
}

function write(name: string, text: string): void {
  Deno.writeTextFileSync(new URL(name, import.meta.url), text);
}

// deno-lint-ignore no-console -- the result of a task
const print = (line: string): void => console.log(line);
// deno-lint-ignore no-console -- its progress
const tell = (line: string): void => console.error(line);

if (import.meta.main) Deno.exit(await main());
