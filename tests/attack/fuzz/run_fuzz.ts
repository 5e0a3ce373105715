import type { Buffer } from "node:buffer";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { residentBytes } from "../../support/process_facts.ts";
import { ServingProgram } from "../../support/program.ts";
import { RIDE } from "../../support/rides.ts";
import { sleep, within } from "../definition.ts";
import { message, RawCalls } from "../raw_calls.ts";
import { RawConnection } from "../raw_connection.ts";
import { randomStream } from "./byte_streams.ts";
import { Random } from "./random.ts";

/** How long, and from which numbers on. */
export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** The first stream; those before it are not needed to repeat a fault. Default 0. */
  readonly from?: number;
  readonly transport?: "engine" | "node";
}

/** What a run has shown. */
export interface FuzzReport {
  readonly streams: number;
  /** What the server's memory grew by in the second half of the time. */
  readonly growthBytes: number;
  /** What must not be; empty where all is well. */
  readonly faults: readonly string[];
}

/** Connections at once. */
const AT_ONCE = 8;
/** How many streams are sent before the server is asked how it is. */
const BATCH = 200;
/** How long a client stays that has said everything. */
const LINGER_MS = 10;
const MOST_GROWTH_BYTES = 64_000_000;

/** Sends random streams of bytes to `rides serve`, and sees whether it lives, answers and is content. */
export async function fuzz(
  { seconds, seed, from = 0, transport = "engine" }: FuzzOptions,
): Promise<FuzzReport> {
  await using server = await ServingProgram.start(
    ["--transport", transport, "--log-level", "error", "--reflection"],
  );
  const startedAt = performance.now();
  const half = startedAt + seconds * 500;
  const until = startedAt + seconds * 1_000;
  let halfBytes = 0;
  let index = from;
  const faults: string[] = [];
  while (performance.now() < until && faults.length === 0) {
    const first = index;
    const senders = Array.from({ length: AT_ONCE }, async () => {
      while (index < first + BATCH) {
        const random = Random.of(seed, index++);
        await send(server.port, randomStream(random), random);
      }
    });
    await Promise.all(senders);
    const found = await complaints(server);
    faults.push(...found.map((one) => `${one} (streams ${first} to ${index - 1})`));
    if (halfBytes === 0 && performance.now() > half) halfBytes = residentBytes(server.pid);
  }
  const isComparable = halfBytes > 0 && faults.length === 0;
  const growthBytes = isComparable ? residentBytes(server.pid) - halfBytes : 0;
  if (growthBytes > MOST_GROWTH_BYTES) {
    faults.push(`memory grew by ${(growthBytes / 1e6).toFixed(1)} MB`);
  }
  return { streams: index - from, growthBytes, faults };
}

async function send(port: number, bytes: Buffer, random: Random): Promise<void> {
  try {
    await using connection = (await RawConnection.open(port)).read();
    for (let at = 0; at < bytes.length && !connection.isClosed;) {
      const end = random.chance(0.5) ? bytes.length : at + 1 + random.below(bytes.length);
      await connection.send(bytes.subarray(at, end));
      at = end;
    }
    await within(LINGER_MS, connection.ended);
  } catch {
    // It was refused; whether the server is still there is asked elsewhere.
  }
}

/** What is wrong with a server that should be well. */
async function complaints(server: ServingProgram): Promise<string[]> {
  const found: string[] = [];
  // Lines of the log come a moment later.
  await sleep(20);
  if (server.hasEnded) return [`the server has ended: ${server.stderr}`];
  if (server.stderr !== "") found.push(`the log has an error: ${server.stderr.slice(0, 4_000)}`);
  await using calls = await RawCalls.open(server.port);
  const { path, requestSerialize } = ridesDefinition.Start;
  const ride = { ...RIDE, carId: BigInt(2 ** 40 + Math.floor(performance.now())) };
  const answer = await calls.call(path, message(requestSerialize(ride)));
  if (answer !== "OK") found.push(`a call of somebody else ended with ${answer}`);
  return found;
}
