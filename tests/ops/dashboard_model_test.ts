/** The dashboard, held to Grafana's own types of one. */
import { equal } from "node:assert/strict";
import { ROOT, TemporaryFolder } from "../support/paths.ts";
import { run } from "../support/program.ts";

/** Of Grafana 13. Targets and options may be anything there: each data source and panel has its own. */
const TYPES = `
import type { Dashboard, Panel, VariableModel } from "npm:@grafana/schema@13.2.3";
/** With the texts that its enumerations are written as. */
type Written<T> = { [K in keyof T]: T[K] extends string | undefined ? \`\${T[K] & string}\` : T[K] };
type Model = Omit<Dashboard, "panels" | "templating"> & {
  panels: Panel[];
  templating: { list: Written<VariableModel>[] };
};
`;

/** What the compiler says of a dashboard; a literal in its source may have no property that there is not. */
async function check(dashboard: string): Promise<{ code: number; stderr: string }> {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/dashboard.ts`;
  await Deno.writeTextFile(file, `${TYPES} export const dashboard: Model = ${dashboard};`);
  return await run([Deno.execPath(), "check", "--quiet", "--no-config", "--no-lock", file]);
}

Deno.test("rides.json - is a dashboard as Grafana's own types have it", async () => {
  const dashboard = await Deno.readTextFile(new URL("ops/grafana/rides.json", ROOT));
  const { code, stderr } = await check(dashboard);
  equal(code, 0, stderr);
  const wrongs = { '"gridPos"': '"gridpos"', '"uid": "rides"': '"uid": 1' };
  for (const [right, wrong] of Object.entries(wrongs)) {
    equal((await check(dashboard.replace(right, wrong))).code, 1, wrong);
  }
});
