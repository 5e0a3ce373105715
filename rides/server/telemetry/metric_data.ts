import { type HrTime, ValueType } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
} from "@opentelemetry/sdk-metrics";
import type { Family, HistogramPoint, Labels } from "../metrics/family.ts";

/** When a metric began to count, and when it was asked. */
export interface Span {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** A family as OpenTelemetry has metrics. */
export function toMetricData(family: Family, span: Span): MetricData {
  const { name, help } = family;
  const base = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (family.type === "histogram") {
    const points = [...family.points()];
    return {
      ...base,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: points.map((point) => at(span, point.labels, histogram(family.bounds, point))),
    };
  }
  const dataPoints = [...family.points()].map(({ labels, value }) => at(span, labels, value));
  return family.type === "counter"
    ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}

function at<Value>(span: Span, labels: Labels | undefined, value: Value): DataPoint<Value> {
  return { ...span, attributes: { ...labels }, value };
}

function histogram(bounds: readonly number[], { counts, sum }: HistogramPoint) {
  const count = counts.reduce((total, more) => total + more, 0);
  return { buckets: { boundaries: [...bounds], counts: [...counts] }, sum, count };
}

/** The unit that the name ends with, in the codes of UCUM. */
function unitOf(name: string): string {
  const bare = name.replace(/_total$/, "");
  if (bare.endsWith("_seconds")) return "s";
  return bare.endsWith("_bytes") ? "By" : "1";
}
