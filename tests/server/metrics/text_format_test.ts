/** The text format of Prometheus, 0.0.4 (prometheus.io, "Exposition formats"). */
import { equal } from "node:assert/strict";
import { counter } from "../../../rides/server/metrics/family.ts";
import { Histogram } from "../../../rides/server/metrics/histogram.ts";
import { toText } from "../../../rides/server/metrics/text_format.ts";

Deno.test("text format - what is special in help and labels is escaped", () => {
  const labels = { path: 'C:\\"x"\n' };
  const { points: _, ...family } = counter("x_total", 'A "help"\\\nof two lines.', () => 0);
  equal(
    toText([{ ...family, type: "counter", points: () => [{ labels, value: 1.5e-7 }] }]),
    '# HELP x_total A "help"\\\\\\nof two lines.\n' +
      "# TYPE x_total counter\n" +
      'x_total{path="C:\\\\\\"x\\"\\n"} 1.5e-7\n',
  );
});

Deno.test("text format - a bucket counts what is up to its bound, that one and all before it", () => {
  const histogram = new Histogram([0.5, 2]);
  for (const value of [0.25, 0.5, 2, 4]) histogram.add(value);
  equal(
    toText([histogram.named("x_seconds", "Help.")]),
    "# HELP x_seconds Help.\n" +
      "# TYPE x_seconds histogram\n" +
      'x_seconds_bucket{le="0.5"} 2\n' +
      'x_seconds_bucket{le="2"} 3\n' +
      'x_seconds_bucket{le="+Inf"} 4\n' +
      "x_seconds_sum 6.75\n" +
      "x_seconds_count 4\n",
  );
});
