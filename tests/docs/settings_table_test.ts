/** The tables of ops/LIMITS.md and of README.md say what the code does. */
import { deepEqual, ok } from "node:assert/strict";
import type { Option } from "commander";
import { SwitchOption } from "../../rides/cli/option_problems.ts";
import { serveCommand } from "../../rides/cli/serve.ts";
import { boundsOf, variableOf } from "../../rides/cli/serve/settings.ts";
import { formatQuantity, quantityOf } from "../../rides/cli/quantity.ts";
import { LIMITS } from "../../rides/server/limits.ts";
import { type Setting, SETTINGS } from "../../rides/server/settings.ts";
import { ROOT } from "../support/paths.ts";

type Row = readonly string[];
type Documented = Pick<Setting, "default" | "min" | "max" | "meaning" | "zero">;

function meaningOf({ meaning, zero }: Documented): string {
  return zero ? `${meaning}; 0: ${zero}` : meaning;
}

function settingRow([name, setting]: [string, Setting]): Row {
  const preset = formatQuantity(quantityOf(name), setting.default);
  const names = [setting.flag, variableOf(setting.flag), name].map((text) => `\`${text}\``);
  return [...names, preset, boundsOf(name, setting), meaningOf(setting)];
}

function limitRow([name, limit]: [string, Documented]): Row {
  return [`\`${name}\``, `${limit.default}`, `${limit.min} to ${limit.max}`, meaningOf(limit)];
}

/** The rows of the Markdown table that begins with these headings. */
function rowsUnder(markdown: string, headings: Row): Row[] {
  const rows = markdown.split("\n").map((line) =>
    line.startsWith("|") ? line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()) : []
  );
  const start = rows.findIndex((row) => row.join() === headings.join());
  const table = rows.slice(start + 2);
  return start < 0 ? [] : table.slice(0, table.findIndex((row) => row.length === 0));
}

const TABLES: [string, Row, Row[]][] = [
  [
    "settings.ts",
    ["flag", "variable", "option", "default", "bounds", "meaning"],
    Object.entries<Setting>(SETTINGS).map(settingRow),
  ],
  [
    "limits.ts",
    ["limit", "default", "bounds", "meaning"],
    Object.entries<Documented>(LIMITS).map(limitRow),
  ],
];

for (const [file, headings, rows] of TABLES) {
  Deno.test(`ops/LIMITS.md - has the table of ${file}`, async () => {
    const document = await Deno.readTextFile(new URL("ops/LIMITS.md", ROOT));
    const lines = rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
    deepEqual(rowsUnder(document, headings), rows, `It should have these rows:\n${lines}`);
  });
}

/** Whether an option is in the table of README.md; number settings and limits have tables of their own. */
function isInReadme({ long, negate }: Option): boolean {
  const numbers = Object.values<Setting>(SETTINGS).map(({ flag }): string => flag);
  return !negate && !numbers.includes(long ?? "") && long !== "--check";
}

Deno.test("README.md - has every option of rides serve, its variable and its default", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [, part = ""] = readme.split("\n## Every server option\n");
  const rows = rowsUnder(part, ["option", "variable", "default", "meaning"]);
  for (const option of serveCommand().options.filter(isInReadme)) {
    const flag = new RegExp(`\`--(\\[no-\\])?${option.name()}[^\\w-]`);
    const row = rows.find(([names = ""]) => flag.test(names));
    ok(row, `It should have a row of ${option.long}`);
    const variable = option instanceof SwitchOption ? option.variable : option.envVar;
    ok(row[1]?.split(", ").includes(`\`${variable}\``), `${option.long} has ${variable}`);
    const preset = option.defaultValue ?? option.presetArg;
    if (preset !== undefined) ok(row[2]?.includes(`\`${preset}\``), `${option.long} is ${preset}`);
  }
});
