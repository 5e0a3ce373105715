import type { MeasuredServer } from "../support/measured_server.ts";
import { cpuSeconds } from "../support/process_facts.ts";
import { percentile } from "../support/statistics.ts";
import { attackOnAndOn } from "./attacker.ts";
import { type Attack, type Ending, sleep, type Target } from "./definition.ts";
import type { Span } from "./polite_client.ts";
import type { Scene } from "./scene.ts";

/** How much of an attack there is. */
export interface Extent extends Pick<Target, "crowd" | "patient"> {
  /** How long the attack is repeated, and how long the server is watched before it. */
  readonly seconds: number;
}

/** What an attack did to the server and to others. */
export interface Damage {
  readonly attack: string;
  readonly beforeBytes: number;
  readonly peakBytes: number;
  /** What a server that is not attacked grew by meanwhile, with the rides and the garbage of its client. */
  readonly controlGrowthBytes: number;
  /** Of the well-behaved client's calls. */
  readonly p99BeforeMs: number;
  readonly p99DuringMs: number;
  /** Meanwhile, of one whose server is not attacked: the same as before, but for the machine. */
  readonly p99ControlMs: number;
  /** The processor time of the server, as a share of the time that the attack took. */
  readonly cpuShare: number;
  /** Of every connection of the attack. */
  readonly endings: readonly Ending[];
  /** Whether the server lived on, and went on answering the others on their connection. */
  readonly survived: boolean;
}

const SAMPLE_MS = 25;
/** The server's memory is watched a little longer. */
const AFTERWARDS_MS = 400;
/** So often that time may pass until one of the others' calls is answered, on a busy machine. */
const MOST_WAITS = 25;

/** Attacks the server while the well-behaved client makes calls. */
export async function measure(
  attack: Attack,
  { server, polite, spared, control }: Scene,
  { seconds, crowd, patient }: Extent,
): Promise<Damage> {
  await polite.take();
  await sleep(seconds * 1_000);
  const before = await polite.take();
  await control.take();
  const beforeBytes = server.residentBytes();
  const sparedBytes = spared.residentBytes();
  const cpuBefore = cpuSeconds(server.pid);

  using memory = new MemoryWatch(server);
  using sparedMemory = new MemoryWatch(spared);
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  const target = { port: server.port, until, crowd, patient };
  const endings = await attackOnAndOn(attack, target, () => server.isAlive);
  const elapsedMs = performance.now() - startedAt;
  const cpuUsed = server.isAlive ? cpuSeconds(server.pid) - cpuBefore : NaN;
  const [during, meanwhile] = await Promise.all([polite.take(), control.take()]);
  let after: Span;
  let waits = 0;
  do {
    await sleep(AFTERWARDS_MS);
    after = await polite.take();
  } while (after.latenciesMs.length === 0 && !after.isClosed && ++waits < MOST_WAITS);
  return {
    attack: attack.name,
    beforeBytes,
    peakBytes: Math.max(beforeBytes, memory.peakBytes),
    controlGrowthBytes: Math.max(0, sparedMemory.peakBytes - sparedBytes),
    p99BeforeMs: p99(before, seconds * 1_000),
    p99DuringMs: p99(during, elapsedMs),
    p99ControlMs: p99(meanwhile, elapsedMs),
    cpuShare: cpuUsed / (elapsedMs / 1_000),
    endings,
    survived: server.isAlive && !after.isClosed && after.latenciesMs.length > 0,
  };
}

/** Where no call was answered they have waited all the time. */
function p99({ latenciesMs }: Span, elapsedMs: number): number {
  return latenciesMs.length > 0 ? percentile(latenciesMs, 99) : elapsedMs;
}

class MemoryWatch implements Disposable {
  peakBytes = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(server: MeasuredServer) {
    this.#timer = setInterval(() => {
      if (server.isAlive) this.peakBytes = Math.max(this.peakBytes, server.residentBytes());
    }, SAMPLE_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
