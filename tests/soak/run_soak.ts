import { TemporaryFolder } from "../support/paths.ts";
import { RestartedServer } from "./restarts.ts";
import { type Findings, SteadyServer } from "./steady_server.ts";
import { behave, type Tally } from "./traffic.ts";

/** What a soak has shown. */
export interface SoakReport {
  readonly servers: readonly Findings[];
  readonly restarts: number;
  readonly calls: Tally;
  /** What must not be; empty where all is well. */
  readonly faults: readonly string[];
}

/** Clients at once, of each server. */
const CLIENTS = 3;

/** What a heap may grow by in its ups and downs, without a leak. */
const MOST_GROWTH_BYTES = 16_000_000;
/** The same, of one that has not been at work for long enough to have its size. */
const MOST_EARLY_GROWTH_BYTES = 40_000_000;
const EARLY_SECONDS = 120;

/** Mixed traffic for so long, on servers that stay and on one that is restarted meanwhile. */
export async function soak(seconds: number): Promise<SoakReport> {
  await using folder = await TemporaryFolder.make();
  await using plaintext = await SteadyServer.plaintext();
  await using tls = await SteadyServer.tls(folder.path);
  await using restarted = await RestartedServer.start();
  const calls: Tally = new Map();

  const stop = AbortSignal.timeout(seconds * 1_000);
  const crowd = (work: () => Promise<string[]>) => Array.from({ length: CLIENTS }, work);
  const restarting = restarted.keepRestarting(Math.max(3_000, seconds * 50), stop);
  const wrong = await Promise.all([
    ...crowd(() => behave(plaintext.place, true, calls, stop)),
    ...crowd(() => behave(tls.place, true, calls, stop)),
    ...crowd(() => behave(restarted, false, calls, stop)),
  ]);
  await restarting;

  const servers = [await plaintext.conclude(), await tls.conclude()];
  const mostGrowth = seconds > EARLY_SECONDS ? MOST_GROWTH_BYTES : MOST_EARLY_GROWTH_BYTES;
  const faults = [
    ...new Set(wrong.flat()),
    ...restarted.wrong,
    ...servers.flatMap((findings) => faultsOf(findings, mostGrowth)),
  ];
  return { servers, restarts: restarted.restarts, calls, faults };
}

function faultsOf(findings: Findings, mostGrowth: number): string[] {
  const { name, earlyBytes, lateBytes, descriptorsBefore, descriptorsAfter } = findings;
  const faults: string[] = [];
  const growth = lateBytes - earlyBytes;
  if (growth > mostGrowth) {
    faults.push(`${name}: memory grew by ${(growth / 1e6).toFixed(1)} MB`);
  }
  if (descriptorsAfter > descriptorsBefore) {
    faults.push(`${name}: ${descriptorsAfter - descriptorsBefore} descriptors are left`);
  }
  return faults;
}
