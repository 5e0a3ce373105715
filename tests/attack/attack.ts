/**
 * `deno task attack [--quick] [--half] [NAME]`: what an attacker can do to `rides serve`, and what it costs
 * the server and others, on the engine and, for comparison, on node:http2. Prints a table, and leaves
 * results.json beside this file; with a part of a name, only the attacks of that name, and no file.
 *
 * With --half another program takes half of the server's core, and no file is left either: what a server that has
 * a core for itself just keeps up with, piles up then.
 *
 * Where others' calls got slow on the engine the attack is done anew, at most twice, and the time with
 * the shortest p99 is reported, since what else a machine does only ever makes it longer; but a time
 * with another fault goes before. The short form does each once.
 */
import { hasCommand } from "../support/measured_server.ts";
import { spinOn } from "../support/spinner.ts";
import { fromElsewhere } from "./attacker.ts";
import { attacks } from "./attacks.ts";
import { type Damage, type Extent, measure } from "./measure.ts";
import { Scene, type TransportName } from "./scene.ts";
import { type Result, table } from "./table.ts";
import { faults, isHardlyNoticed, lastingFaults } from "./verdict.ts";

const CROWD = 10_000;
/** Descriptors of this process beside the connections. */
const OTHER_DESCRIPTORS = 200;
const ATTEMPTS = 3;
const SERVERS_CORE = 0;
const ATTACKERS_CORE = 1;
const TRANSPORTS: readonly TransportName[] = ["engine", "node"];

async function main(): Promise<number> {
  const quick = Deno.args.includes("--quick");
  const extent = { seconds: quick ? 1 : 5, crowd: Math.min(CROWD, most()), patient: !quick };
  if (extent.crowd < CROWD) tell(`no more than ${extent.crowd} connections: raise ulimit -n`);
  const wanted = Deno.args.find((arg) => !arg.startsWith("-")) ?? "";
  const chosen = attacks.filter(({ name }) => name.includes(wanted));
  if (chosen.length === 0) {
    tell(`no attack has "${wanted}" in its name`);
    return 2;
  }
  const hasCores = hasCommand("taskset") && navigator.hardwareConcurrency > 1;
  const half = Deno.args.includes("--half");
  if (half && !hasCores) {
    tell("--half needs taskset and two cores");
    return 2;
  }
  using _ = half ? spinOn(SERVERS_CORE, false) : undefined;
  const results: Result[] = [];
  for (const attack of chosen) {
    for (const transport of TRANSPORTS) {
      tell(`${attack.name}, on ${transport}`);
      // What has no limit would be waited for in vain.
      const patient = extent.patient && transport === "engine";
      const attempts = quick || transport === "node" ? 1 : ATTEMPTS;
      const damages: Damage[] = [];
      do {
        await using scene = await Scene.set({
          transport,
          tls: attack.tls,
          tokens: attack.tokens,
          core: hasCores ? SERVERS_CORE : undefined,
        });
        const attacking = hasCores ? fromElsewhere(attack, ATTACKERS_CORE) : attack;
        damages.push(await measure(attacking, scene, { ...extent, patient }));
      } while (damages.length < attempts && !damages.some(isHardlyNoticed));
      damages.sort((one, other) => one.p99DuringMs - other.p99DuringMs);
      const damage = damages.find((one) => lastingFaults(one).length > 0) ?? damages[0]!;
      results.push({ transport, damage });
    }
  }
  print(table(results));
  if (wanted === "" && !half) write(results, quick, extent);
  const failed = results.some((result) =>
    result.transport === "engine" && faults(result.damage).length > 0
  );
  return failed ? 1 : 0;
}

function write(results: readonly Result[], quick: boolean, extent: Extent): void {
  const date = new Date().toISOString();
  const summary = results.map(({ transport, damage }) => {
    const { endings, ...rest } = damage;
    return { transport, ...rest, connections: endings.length, faults: faults(damage) };
  });
  Deno.writeTextFileSync(
    new URL("results.json", import.meta.url),
    `${JSON.stringify({ date, quick, extent, results: summary }, null, 2)}\n`,
  );
}

/** How many connections this process, and the server as its child, can have. */
function most(): number {
  const limits = Deno.readTextFileSync("/proc/self/limits");
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]) - OTHER_DESCRIPTORS;
}

// deno-lint-ignore no-console -- the result of a task
const print = (line: string): void => console.log(line);
// deno-lint-ignore no-console -- its progress
const tell = (line: string): void => console.error(line);

if (import.meta.main) Deno.exit(await main());
