import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { VERSION } from "../../version.ts";
import type { Interceptor } from "../interceptors/interceptor.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { logComplaints } from "./complaints.ts";
import { toMetricData } from "./metric_data.ts";
import { telemetrySettings } from "./settings.ts";
import { Spans } from "./spans.ts";

const SCOPE = { name: "rides", version: VERSION };

/** How long what is left may take to be sent at the end. */
const SHUTDOWN_MS = 2_000;

/**
 * Sends spans and metrics to the collector that the variables of OpenTelemetry name, by OTLP over HTTP.
 * Disposing of it sends what is left.
 *
 * Imported only if needed: its libraries take some 100 ms to load.
 */
export class OpenTelemetry implements AsyncDisposable {
  /** Makes the spans; undefined where they are turned off. */
  readonly spans: Interceptor | undefined;
  readonly #tracing: TracerProvider | undefined;
  readonly #metering: MeterProvider | undefined;
  readonly #complaints: Disposable;

  /** @throws {RangeError} if a variable is not what it may be */
  constructor(metrics: Metrics, log: Log) {
    const { sampler, metricsEveryMs } = telemetrySettings();
    this.#complaints = logComplaints(log);
    const resource = ownResource();
    this.#tracing = sampler && new TracerProvider({
      resource,
      sampler,
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
    });
    this.spans = this.#tracing && new Spans(this.#tracing.getTracer(SCOPE.name, SCOPE.version));
    this.#metering = metricsEveryMs === undefined ? undefined : new MeterProvider({
      resource,
      readers: [readerOf(metrics, metricsEveryMs, resource)],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, SHUTDOWN_MS));
    // A collector that is gone must not keep the server from ending.
    const sent = Promise.allSettled([this.#tracing?.shutdown(), this.#metering?.shutdown()]);
    await Promise.race([sent, late]);
    clearTimeout(timer);
    this.#complaints[Symbol.dispose]();
  }
}

function readerOf(
  metrics: Metrics,
  everyMs: number,
  resource: Resource,
): PeriodicExportingMetricReader {
  const startTime = hrTime();
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(everyMs, 30_000),
    metricProducers: [{
      // deno-lint-ignore require-await -- as the reader asks
      async collect() {
        const span = { startTime, endTime: hrTime() };
        const all = metrics.families.map((family) => toMetricData(family, span));
        const scopeMetrics = [{ scope: SCOPE, metrics: all }];
        return { resourceMetrics: { resource, scopeMetrics }, errors: [] };
      },
    }],
  });
}

function ownResource(): Resource {
  return defaultResource()
    .merge(resourceFromAttributes({ "service.name": "rides", "service.version": VERSION }))
    .merge(detectResources({ detectors: [envDetector] }));
}

function hrTime(): [number, number] {
  const ms = Date.now();
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1e6];
}
