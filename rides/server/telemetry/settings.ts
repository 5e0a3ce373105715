import type { Sampler } from "@opentelemetry/sdk-trace";
import { LONGEST_TIMER_MS } from "../../runtime/mod.ts";
import { samplerNamed } from "./sampler.ts";

/** What the variables of OpenTelemetry say, as far as its SDK does not read or check them itself. */
export interface TelemetrySettings {
  /** Which calls have a span; undefined where no spans are sent. */
  readonly sampler: Sampler | undefined;
  /** How often metrics are sent, in milliseconds; undefined where none are. */
  readonly metricsEveryMs: number | undefined;
}

/** OpenTelemetry's own default. */
const METRICS_EVERY_MS = 60_000;

/** @throws {RangeError} if a variable is not what it may be */
export function telemetrySettings(): TelemetrySettings {
  for (const signal of ["", "TRACES_", "METRICS_"]) {
    checkEndpoint(`EXPORTER_OTLP_${signal}ENDPOINT`);
    checkChoice(`EXPORTER_OTLP_${signal}PROTOCOL`, ["http/protobuf"]);
  }
  for (const signal of ["TRACES", "METRICS"]) checkChoice(`${signal}_EXPORTER`, ["otlp", "none"]);
  return {
    sampler: isOff("TRACES")
      ? undefined
      : samplerNamed(variable("TRACES_SAMPLER"), variable("TRACES_SAMPLER_ARG")),
    metricsEveryMs: isOff("METRICS") ? undefined : exportInterval(),
  };
}

/** The SDK would send to localhost:4318 instead, and not say so. */
function checkEndpoint(name: string): void {
  const url = variable(name);
  if (url === undefined || /^https?:$/.test(URL.parse(url)?.protocol ?? "")) return;
  throw new RangeError(`OTEL_${name}: ${url} is no URL, as in http://localhost:4318`);
}

/** What else there is would be left undone, and nobody told. */
function checkChoice(name: string, choices: readonly string[]): void {
  const value = variable(name);
  if (value === undefined || choices.includes(value.toLowerCase())) return;
  throw new RangeError(`OTEL_${name}: ${value} is not supported; write ${choices.join(" or ")}`);
}

function exportInterval(): number {
  const text = variable("METRIC_EXPORT_INTERVAL") ?? `${METRICS_EVERY_MS}`;
  if (Number(text) >= 1 && Number(text) <= LONGEST_TIMER_MS) return Number(text);
  throw new RangeError(`OTEL_METRIC_EXPORT_INTERVAL: ${text} is no number of milliseconds`);
}

function isOff(signal: "TRACES" | "METRICS"): boolean {
  return variable(`${signal}_EXPORTER`)?.toLowerCase() === "none";
}

/** An empty variable is as one that is not there. */
function variable(name: string): string | undefined {
  return Deno.env.get(`OTEL_${name}`) || undefined;
}
