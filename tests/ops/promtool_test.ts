/** The alert rules, the dashboard and the metrics, judged by Prometheus' own promtool. */
import { equal, match } from "node:assert/strict";
import { fromFileUrl, ROOT, TemporaryFolder } from "../support/paths.ts";
import { run, ServingProgram } from "../support/program.ts";
import { available } from "../support/tools.ts";
import { dashboardQueries } from "./support/dashboard.ts";

const ignore = !available("promtool", "--version");
const unless = ignore ? " (needs promtool)" : "";

async function checkRules(file: string, count: number): Promise<void> {
  const { code, stdout, stderr } = await run(["promtool", "check", "rules", file]);
  equal(code, 0, stdout + stderr);
  match(stdout, new RegExp(`SUCCESS: ${count} rules found`));
}

Deno.test({ name: `alerts.yml - promtool finds its rules sound${unless}`, ignore }, async () => {
  const file = new URL("ops/prometheus/alerts.yml", ROOT);
  const count = (await Deno.readTextFile(file)).match(/^ +- alert: /gm)?.length ?? 0;
  await checkRules(fromFileUrl(file), count);
});

Deno.test({ name: `rides.json - promtool takes its queries${unless}`, ignore }, async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/rules.json`;
  const { panels } = await dashboardQueries();
  // As rules, with what Grafana puts in the place of its variables. JSON is YAML, too.
  const rules = panels.map((expr, n) => ({
    record: `query_${n}`,
    expr: expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*"),
  }));
  await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  await checkRules(file, panels.length);
});

Deno.test({ name: `/metrics - promtool has nothing to object${unless}`, ignore }, async () => {
  await using server = await ServingProgram.start(["--admin", "127.0.0.1:0"]);
  const stdin = await (await fetch(`${server.adminUrl}/metrics`)).text();
  const { code, stdout, stderr } = await run(["promtool", "check", "metrics"], { stdin });
  equal(stdout + stderr, "");
  equal(code, 0);
});
