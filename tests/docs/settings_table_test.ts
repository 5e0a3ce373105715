/** The tables of ops/LIMITS.md say what the tables in the code do. */
import { deepEqual } from "node:assert/strict";
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
    line.startsWith("|") ? line.split("|").slice(1, -1).map((cell) => cell.trim()) : []
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
