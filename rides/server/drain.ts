import type { Server } from "@grpc/grpc-js";
import type { CallGate } from "./interceptors/mod.ts";
import type { Log } from "./log.ts";
import type { Readiness } from "./readiness.ts";
import type { Service } from "./services/service.ts";
import type { Traffic } from "./traffic.ts";
import { wholeError } from "./whole_error.ts";

/** What a drain acts on. */
export interface Drained {
  readonly server: Server;
  readonly readiness: Readiness;
  readonly gate: CallGate;
  readonly services: readonly Service[];
  readonly traffic: Traffic;
  /** What the server needs while calls run; disposed of at the end. */
  readonly held: AsyncDisposable;
  readonly log: Log;
}

/** How long its steps take, in milliseconds; see `ServerOptions`. */
export interface DrainTimes {
  readonly drainDelayMs: number;
  readonly graceMs: number;
}

/**
 * For how long calls may still arrive that clients sent before they received the GOAWAY. The engine takes new
 * streams for at most 5 s after it (`http2/session.ts`).
 */
const CROSSING_MS = 5_500;

/** How long a call that was cut has to tell its client, before its connection is closed. */
const CUT_MS = 1_000;

/**
 * The end of a server, in three steps:
 *
 * 1. It is no longer ready, but serves as before for `drainDelayMs`, so that load balancers notice.
 * 2. It stops listening, sends GOAWAY on every connection, and has the services end their streams. A call
 *    that crosses with the GOAWAY is served: its client did nothing wrong.
 * 3. Running calls may finish within the grace, and are cut then.
 */
export class Drain {
  readonly #graceOver = new AbortController();
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #done: Promise<number> | undefined;

  constructor(private readonly drained: Drained, private readonly times: DrainTimes) {}

  /**
   * Begins the drain. Called again, returns the same promise and, if a grace is given, ends the drain after
   * at most that many milliseconds, whatever step it is at.
   *
   * @param graceMs default: that of the times
   * @returns how many calls had to be cut
   */
  end(graceMs?: number): Promise<number> {
    if (this.#done && graceMs !== undefined) this.#after(graceMs, () => this.#graceOver.abort());
    const begin = () => this.#run(graceMs ?? this.times.graceMs);
    return this.#done ??= begin().finally(() => this.#cleanUp());
  }

  async #cleanUp(): Promise<void> {
    this.#timers.forEach(clearTimeout);
    await this.drained.held[Symbol.asyncDispose]();
  }

  async #run(graceMs: number): Promise<number> {
    const { server, readiness, gate, traffic } = this.drained;
    readiness.hold("draining");
    const { drainDelayMs } = this.times;
    if (drainDelayMs > 0) await this.#unlessOver(this.#wait(drainDelayMs));

    gate.refuseStreams();
    const goodbyes = this.#sayGoodbye();
    const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    this.#after(CROSSING_MS, () => gate.refuseEverything());

    this.#after(graceMs, () => this.#graceOver.abort());
    if (await this.#unlessOver(Promise.all([closed, goodbyes]))) return 0;
    const cut = gate.cut();
    if (!await Promise.race([closed.then(() => true), this.#wait(CUT_MS)])) {
      traffic.endConnections();
      // Not for ever: over `node:http2` a client that never sent anything keeps its server open.
      await Promise.race([closed, this.#wait(CUT_MS)]);
    }
    return cut;
  }

  async #sayGoodbye(): Promise<void> {
    const { services, log } = this.drained;
    await Promise.all(services.map(async (service) => {
      try {
        await service.drain?.(this.#graceOver.signal);
      } catch (error) {
        log("error", "a service failed to drain", { stack: wholeError(error) });
      }
    }));
  }

  /** Whether `work` was done before the grace was over. */
  #unlessOver(work: Promise<unknown>): Promise<boolean> {
    const { signal } = this.#graceOver;
    return new Promise((resolve) => {
      if (signal.aborted) resolve(false);
      signal.addEventListener("abort", () => resolve(false), { once: true });
      work.then(() => resolve(true));
    });
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#after(ms, resolve));
  }

  #after(ms: number, work: () => void): void {
    this.#timers.push(setTimeout(work, ms));
  }
}
