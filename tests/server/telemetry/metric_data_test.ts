/** What a collector is told of a family. */
import { deepEqual, equal } from "node:assert/strict";
import { DataPointType } from "@opentelemetry/sdk-metrics";
import { counter, type Family, gauge } from "../../../rides/server/metrics/family.ts";
import { toMetricData } from "../../../rides/server/telemetry/metric_data.ts";

const SPAN = { startTime: [1, 0], endTime: [2, 0] } satisfies Parameters<typeof toMetricData>[1];

Deno.test("metric data - a counter only grows, and a gauge does not", () => {
  const { descriptor, ...data } = toMetricData(counter("x_total", "Help.", () => 7), SPAN);
  deepEqual([descriptor.name, descriptor.description, descriptor.unit], ["x_total", "Help.", "1"]);
  equal(data.dataPointType === DataPointType.SUM && data.isMonotonic, true);
  deepEqual(data.dataPoints, [{ ...SPAN, attributes: {}, value: 7 }]);
  equal(toMetricData(gauge("x", "Help.", () => 7), SPAN).dataPointType, DataPointType.GAUGE);
});

Deno.test("metric data - a unit is what the name ends with", () => {
  const UNITS = {
    x_seconds: "s",
    x_seconds_total: "s",
    x_bytes: "By",
    x_bytes_total: "By",
    x: "1",
  };
  for (const [name, unit] of Object.entries(UNITS)) {
    equal(toMetricData(gauge(name, "Help.", () => 7), SPAN).descriptor.unit, unit, name);
  }
});

Deno.test("metric data - a histogram has its bounds, its counts and their total", () => {
  const point = { labels: { grpc_method: "Start" }, counts: [1, 0, 2], sum: 6.5 };
  const family: Family = {
    ...{ type: "histogram", name: "x_seconds", help: "Help.", bounds: [1, 2] },
    points: () => [point],
  };
  const { dataPointType, dataPoints } = toMetricData(family, SPAN);
  equal(dataPointType, DataPointType.HISTOGRAM);
  deepEqual(dataPoints, [{
    ...SPAN,
    attributes: point.labels,
    value: { buckets: { boundaries: [1, 2], counts: [1, 0, 2] }, sum: 6.5, count: 3 },
  }]);
});
