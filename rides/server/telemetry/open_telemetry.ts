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
import { LONGEST_TIMER_MS } from "../../runtime/mod.ts";
import { VERSION } from "../../version.ts";
import type { Interceptor } from "../interceptors/interceptor.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { toMetricData } from "./metric_data.ts";
import { samplerNamed } from "./sampler.ts";
import { Spans } from "./spans.ts";

const SCOPE = { name: "rides", version: VERSION };

/** How long what is left may take to be sent at the end. */
const SHUTDOWN_MS = 2_000;

/** OpenTelemetry's own default. */
const METRICS_EVERY_MS = 60_000;

/**
 * Sends spans and metrics to the collector that the variables of OpenTelemetry name, by OTLP over HTTP.
 * Disposing of it sends what is left.
 *
 * Imported where it is wanted alone: its libraries take some 100 ms to load.
 */
export class OpenTelemetry implements AsyncDisposable {
  /** Makes the spans; undefined where they are turned off. */
  readonly spans: Interceptor | undefined;
  readonly #tracing: TracerProvider | undefined;
  readonly #metering: MeterProvider | undefined;

  /** @throws {RangeError} if a variable is not what it may be */
  constructor(metrics: Metrics) {
    const resource = ownResource();
    this.#tracing = isOff("TRACES") ? undefined : new TracerProvider({
      resource,
      sampler: samplerNamed(variable("TRACES_SAMPLER"), variable("TRACES_SAMPLER_ARG")),
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
    });
    this.spans = this.#tracing && new Spans(this.#tracing.getTracer(SCOPE.name, SCOPE.version));
    this.#metering = isOff("METRICS") ? undefined : new MeterProvider({
      resource,
      readers: [readerOf(metrics, resource)],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, SHUTDOWN_MS));
    // A collector that is gone shall not keep the server from its end.
    const sent = Promise.allSettled([this.#tracing?.shutdown(), this.#metering?.shutdown()]);
    await Promise.race([sent, late]);
    clearTimeout(timer);
  }
}

function readerOf(metrics: Metrics, resource: Resource): PeriodicExportingMetricReader {
  const startTime = hrTime();
  const every = Number(variable("METRIC_EXPORT_INTERVAL") ?? METRICS_EVERY_MS);
  if (!(every >= 1 && every <= LONGEST_TIMER_MS)) {
    throw new RangeError(`OTEL_METRIC_EXPORT_INTERVAL: ${every} is no number of milliseconds`);
  }
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: every,
    exportTimeoutMillis: Math.min(every, 30_000),
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

function isOff(signal: "TRACES" | "METRICS"): boolean {
  return variable(`${signal}_EXPORTER`) === "none";
}

/** An empty variable is as one that is not there. */
function variable(name: string): string | undefined {
  return Deno.env.get(`OTEL_${name}`) || undefined;
}
