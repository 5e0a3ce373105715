/** What it costs that positions last: Track with a store, and without one, over both cores. */
import { RidesClient } from "../../../rides/client/client.ts";
import { MeasuredServer } from "../../support/measured_server.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { partLine } from "../../support/program.ts";
import { RIDE } from "../../support/rides.ts";
import { median, percentile } from "../../support/statistics.ts";
import { h2loadAt } from "../h2load.ts";
import { trackBody } from "./bodies.ts";

/** Streams at once, each with a body of its own, so that no position comes twice. */
const STREAMS = 4;

/** A frame of gRPC is 5, a count of more than 16,383 is 1 + 3. */
const COUNT_BYTES = 5 + 4;

const LISTEN = ["--listen", "127.0.0.1:0"];

/** How often a ride is started meanwhile. */
const START_EVERY_MS = 10;

export interface DurableTrack {
  /** Positions a second, in the median round. */
  readonly durable: number;
  readonly unstored: number;
  /** Of all calls of Start while positions are stored, in milliseconds. */
  readonly startP99Ms: number;
  /** The longest that a commit had the event loop; see `timed_server.ts`. */
  readonly longestPieceMs: number;
}

/**
 * @param messages of each stream in a round
 * @param cars of each stream, whose positions it has by turns
 */
export async function measureDurableTrack(
  rounds: number,
  messages: number,
  cars: number,
): Promise<DurableTrack> {
  await using folder = await TemporaryFolder.make();
  const store = ["--store", `sqlite:${folder.path}/rides.db`];
  const longestPiece = `${folder.path}/longest-piece`;
  await using durable = await start("timed_server.ts", longestPiece, "serve", ...LISTEN, ...store);
  await using unstored = await start("../unstored/server.ts");
  const rates = { durable: [] as number[], unstored: [] as number[] };
  const startsMs: number[] = [];
  // The first round is for the compilers.
  for (let round = 0; round <= rounds; round++) {
    const bodies = await writeBodies(folder.path, cars, round, messages);
    for (const [name, server] of [["durable", durable], ["unstored", unstored]] as const) {
      const done = new AbortController();
      const starts = name === "durable" ? startRides(server.port, round, done.signal) : [];
      const rate = await track(server.port, bodies, messages);
      done.abort();
      if (round === 0) {
        if (name === "durable") Deno.kill(server.pid, "SIGWINCH");
        continue;
      }
      rates[name].push(rate);
      if (name === "durable") startsMs.push(...await starts);
    }
  }
  return {
    durable: median(rates.durable),
    unstored: median(rates.unstored),
    startP99Ms: percentile(startsMs, 99),
    longestPieceMs: Number(await Deno.readTextFile(longestPiece)),
  };
}

function start(program: string, ...args: readonly string[]): Promise<MeasuredServer> {
  return MeasuredServer.start(partLine(new URL(program, import.meta.url), args));
}

async function writeBodies(
  folder: string,
  cars: number,
  round: number,
  messages: number,
): Promise<string[]> {
  const files = Array.from({ length: STREAMS }, (_, body) => `${folder}/track-${body}.bin`);
  for (const [body, file] of files.entries()) {
    await Deno.writeFile(file, trackBody(body, cars, round, messages));
  }
  return files;
}

/** Streams all bodies at once; answers how many positions a second were acknowledged. */
async function track(
  port: number,
  bodies: readonly string[],
  messages: number,
): Promise<number> {
  const start = performance.now();
  await Promise.all(bodies.map((body) =>
    h2loadAt({
      url: `http://127.0.0.1:${port}/Rides/Track`,
      body,
      connections: 1,
      inFlight: 1,
      calls: 1,
      answerBytes: COUNT_BYTES,
    })
  ));
  return bodies.length * messages / (performance.now() - start) * 1_000;
}

/** Starts rides, each of another car, until `done`; answers how long each took. */
async function startRides(port: number, round: number, done: AbortSignal): Promise<number[]> {
  await using client = new RidesClient({ address: `127.0.0.1:${port}` });
  const tookMs: number[] = [];
  for (let n = 0; !done.aborted; n++) {
    const start = performance.now();
    await client.start({ ...RIDE, carId: BigInt(1_000_000 * (round + 1) + n) });
    tookMs.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, START_EVERY_MS));
  }
  return tookMs;
}
