import { ROOT } from "../../support/paths.ts";

/** What the dashboard asks Prometheus, and what Grafana asks it for the values of its variables. */
export interface DashboardQueries {
  readonly panels: readonly string[];
  readonly variables: readonly string[];
}

/** The queries of `ops/grafana/rides.json`. */
export async function dashboardQueries(): Promise<DashboardQueries> {
  const text = await Deno.readTextFile(new URL("ops/grafana/rides.json", ROOT));
  const { panels, templating } = JSON.parse(text) as {
    panels: { targets: { expr: string }[] }[];
    templating: { list: { query: string }[] };
  };
  return {
    panels: panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    variables: templating.list.map(({ query }) => query).filter((query) => query.includes("(")),
  };
}
