import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { VERSION } from "../../version.ts";
import { counter, type Family, gauge } from "./family.ts";
import { Histogram } from "./histogram.ts";

/** How often the lag of the event loop is measured. */
const LAG_EVERY_MS = 100;

const LAG_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/**
 * Resources of the process. Deno lets only programs with every permission read `/proc`, so the number of open
 * descriptors is not known; and its `monitorEventLoopDelay` does not notice a blocked loop.
 */
export class ProcessMetrics implements Disposable {
  readonly #lag = new Histogram(LAG_BOUNDS);
  #timer: ReturnType<typeof setInterval> | undefined;

  readonly families: readonly Family[] = [
    counter(
      "process_cpu_seconds_total",
      "Processor time that the process has used, in seconds.",
      cpuSeconds,
    ),
    gauge(
      "process_start_time_seconds",
      "When the process began, in seconds since 1970.",
      () => performance.timeOrigin / 1000,
    ),
    gauge(
      "process_resident_memory_bytes",
      "Memory of the process that is in RAM.",
      () => process.memoryUsage.rss(),
    ),
    gauge(
      "rides_heap_used_bytes",
      "What V8's heap holds, garbage included.",
      () => process.memoryUsage().heapUsed,
    ),
    gauge(
      "rides_lowest_free_fd",
      "The number that the next file or socket gets; at `ulimit -n` there is none, and no value.",
      lowestFreeDescriptor,
    ),
    this.#lag.named(
      "rides_event_loop_lag_seconds",
      "How late a timer was, ten times a second: what holds it up holds up every call.",
    ),
    {
      type: "gauge",
      name: "rides_build_info",
      help: "Always 1; its labels are the versions.",
      points: () => [{ labels: { version: VERSION, ...runtimeVersions() }, value: 1 }],
    },
  ];

  /** Begins to measure the lag of the event loop. */
  watchLag(): void {
    let due = performance.now() + LAG_EVERY_MS;
    this.#timer ??= setInterval(() => {
      const now = performance.now();
      this.#lag.add(Math.max(0, now - due) / 1000);
      due = now + LAG_EVERY_MS;
    }, LAG_EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function runtimeVersions() {
  const { deno, v8 } = Deno.version;
  return { deno, v8 };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** POSIX gives the lowest number that is free. */
function lowestFreeDescriptor(): number | undefined {
  try {
    const descriptor = openSync(Deno.execPath(), "r");
    closeSync(descriptor);
    return descriptor;
  } catch {
    return undefined;
  }
}
