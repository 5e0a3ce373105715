import type { FeedObserver, StoreObserver } from "../../domain/observers.ts";
import type { CallGate } from "../interceptors/call_gate.ts";
import type { Service } from "../services/service.ts";
import { CallMetrics } from "./call_metrics.ts";
import { ConnectionMetrics } from "./connection_metrics.ts";
import type { Family } from "./family.ts";
import { FeedMetrics } from "./feed_metrics.ts";
import { ProcessMetrics } from "./process_metrics.ts";
import { StoreMetrics } from "./store_metrics.ts";
import { toText } from "./text_format.ts";

/** The parts of a server that are counted. */
export interface Observed {
  readonly services: readonly Service[];
  readonly gate: CallGate;
  readonly certificate: { readonly notAfter: Date } | undefined;
}

/**
 * What a server and its parts count, for `/metrics` and for OpenTelemetry. It belongs to one server, which
 * disposes of it.
 *
 * Frequent events add to plain numbers; everything else is done when somebody asks.
 *
 * @example A store that is counted, too
 * ```ts
 * import { createServer, Metrics, openStorage } from "@rides/rides";
 *
 * const metrics = new Metrics();
 * await using storage = await openStorage("memory", { observer: metrics.store });
 * await using server = await createServer({ metrics, storage, admin: {} });
 * ```
 */
export class Metrics implements Disposable {
  readonly calls: CallMetrics = new CallMetrics();
  readonly connections: ConnectionMetrics = new ConnectionMetrics();
  readonly #store = new StoreMetrics();
  readonly #feed = new FeedMetrics();
  readonly #process = new ProcessMetrics();

  /** For a store to tell of its work. */
  get store(): StoreObserver {
    return this.#store;
  }

  /** For a live feed to tell of its work. */
  get feed(): FeedObserver {
    return this.#feed;
  }

  get families(): readonly Family[] {
    const parts = [this.calls, this.connections, this.#store, this.#feed, this.#process];
    return parts.flatMap(({ families }) => families);
  }

  /** All of it in the text format of Prometheus. */
  text(): string {
    return toText(this.families);
  }

  /** Tells what there is to count. */
  observe({ services, gate, certificate }: Observed): void {
    this.calls.observe(services, () => gate.running);
    this.connections.observe(certificate);
    this.#process.watchLag();
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
