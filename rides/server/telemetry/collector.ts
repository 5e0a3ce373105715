/**
 * Whether the variables of OpenTelemetry name a collector, and do not turn it off
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
 */
export function hasCollector(): boolean {
  const signals = ["", "TRACES_", "METRICS_"];
  const named = signals.some((signal) => Deno.env.get(`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`));
  return named && Deno.env.get("OTEL_SDK_DISABLED")?.toLowerCase() !== "true";
}
