/** The dashboard and the alert rules, held to what a running server counts. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ROOT, TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { namesIn } from "../support/promql.ts";
import { type Samples, scrape } from "../support/scrape.ts";
import { dashboardQueries } from "./support/dashboard.ts";

/** What Prometheus adds by itself. */
const OF_PROMETHEUS = { metrics: ["up"], labels: ["job", "instance"] };

async function everything(): Promise<Samples> {
  await using folder = await TemporaryFolder.make();
  await using server = await ServingProgram.start([
    "--tls",
    "--certs-dir",
    folder.path,
    "--store",
    "memory",
    "--admin",
    "127.0.0.1:0",
  ]);
  return await scrape(server.adminUrl);
}

const SAMPLES = await everything();
const METRICS = new Set([...SAMPLES.names, ...OF_PROMETHEUS.metrics]);
const LABELS = new Set([
  ...SAMPLES.all.flatMap(({ labels }) => Object.keys(labels)),
  ...OF_PROMETHEUS.labels,
]);

function check(expressions: readonly string[]): void {
  ok(expressions.length > 0);
  const used = expressions.map(namesIn);
  deepEqual(used.flatMap(({ metrics }) => metrics).filter((name) => !METRICS.has(name)), []);
  deepEqual(used.flatMap(({ labels }) => labels).filter((name) => !LABELS.has(name)), []);
}

Deno.test("alerts.yml - every metric and label is one that the server has", async () => {
  const text = await Deno.readTextFile(new URL("ops/prometheus/alerts.yml", ROOT));
  const expressions = [...text.matchAll(/^ +expr: (.*)$/gm)].map(([, expression = ""]) =>
    expression
  );
  equal(expressions.length, text.match(/^ +- alert: /gm)?.length);
  check(expressions);
});

async function expressionsOfDashboard(): Promise<string[]> {
  const { panels, variables } = await dashboardQueries();
  return [...panels, ...variables];
}

Deno.test("rides.json - every metric and label is one that the server has", async () => {
  check(await expressionsOfDashboard());
});

Deno.test("rides.json - shows everything that the server counts of itself", async () => {
  const family = (name: string) => name.replace(/_(bucket|sum|count)$/, "");
  const used = (await expressionsOfDashboard()).flatMap((text) => namesIn(text).metrics);
  const shown = new Set(used.map(family));
  const all = new Set([...SAMPLES.names].map(family));
  deepEqual([...all].filter((name) => !shown.has(name)), ["process_start_time_seconds"]);
});

Deno.test("namesIn - finds metrics and labels, and takes no function, text or range for one", () => {
  const expression =
    'histogram_quantile(0.9, sum by (a, le) (rate(x_bucket{b="c(d)", e!~"f"}[5m]))) > 1e3 or ' +
    "y unless on (g) z offset 5m";
  deepEqual(namesIn(expression), {
    metrics: ["x_bucket", "y", "z"],
    labels: ["a", "le", "b", "e", "g"],
  });
});
