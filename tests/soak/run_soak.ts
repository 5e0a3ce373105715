import { TemporaryFolder } from "../support/paths.ts";
import { rides } from "../support/program.ts";
import type { Place } from "./caller.ts";
import { every } from "./every.ts";
import { fill } from "./fill.ts";
import { RestartedServer } from "./restarts.ts";
import { type Findings, SteadyServer } from "./steady_server.ts";
import { behave, type Tally } from "./traffic.ts";

/** What a soak has shown. */
export interface SoakReport {
  readonly seconds: number;
  readonly servers: readonly Findings[];
  readonly restarts: number;
  /** How often the certificate of the server with TLS was renewed as it ran. */
  readonly renewals: number;
  readonly calls: Tally;
  /** What must not be; empty where all is well. */
  readonly faults: readonly string[];
}

/** Clients at once, of each server. */
const CLIENTS = 3;

/** Whether that is long enough to tell a leak from the ups and downs of a server at work. */
function isLong(seconds: number): boolean {
  return seconds > 1_200;
}

/**
 * What memory may grow by between the second and the last fifth of so many seconds, without a leak: in its
 * first ten minutes a server at work comes to its size (results.svg); from then on it has ups and downs.
 */
function mostGrowthBytes(seconds: number): number {
  if (isLong(seconds)) return 16_000_000;
  return seconds > 60 ? 100_000_000 : 40_000_000;
}

/** Mixed traffic for so long, on servers that stay and on one that is restarted meanwhile. */
export async function soak(seconds: number): Promise<SoakReport> {
  await using folder = await TemporaryFolder.make();
  const { path } = folder;
  await using plaintext = await SteadyServer.plaintext(path);
  await using tls = await SteadyServer.tls(path);
  await using restarted = await RestartedServer.start(path);
  const calls: Tally = new Map();
  if (isLong(seconds)) await Promise.all([fill(plaintext.place), fill(tls.place)]);

  const stop = AbortSignal.timeout(seconds * 1_000);
  const crowd = (place: Place, isSteady: boolean) =>
    Array.from(
      { length: CLIENTS },
      (_, index) => behave(place, BigInt(100 + index), isSteady, calls, stop),
    );
  const everyMs = Math.max(3_000, seconds * 50);
  const restarting = restarted.keepRestarting(everyMs, stop);
  let renewals = 0;
  const renewing = every(everyMs, stop, async () => {
    const { code } = await rides(["certs", "--renew", "--certs-dir", path]);
    if (code === 0) renewals++;
  });
  const wrong = await Promise.all([
    ...crowd(plaintext.place, true),
    ...crowd(tls.place, true),
    ...crowd(restarted, false),
  ]);
  await Promise.all([restarting, renewing]);

  const servers = [await plaintext.conclude(), await tls.conclude()];
  const faults = [
    ...new Set(wrong.flat()),
    ...restarted.wrong,
    ...renewals === 0 ? ["no certificate was renewed"] : [],
    ...servers.flatMap((findings) => faultsOf(findings, mostGrowthBytes(seconds))),
  ];
  return { seconds, servers, restarts: restarted.restarts, renewals, calls, faults };
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
