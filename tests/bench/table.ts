import type { Row } from "./rows.ts";

/** The rows for people: each value, what it is compared with, the ratio, and the target. */
export function table(rows: readonly Row[]): string {
  return columns([
    ["what", "measured", "against", "", "ratio", "target", "", "server CPU"],
    ...rows.map((row) => {
      const { title, value, unit, against } = row;
      return [
        title,
        amount(value, unit),
        against?.title ?? "",
        against ? amount(against.value, unit) : "",
        against ? (against.ratio ?? value / against.value).toFixed(2) : "",
        targetText(row),
        row.met === undefined ? "" : row.met ? "met" : "MISSED",
        row.cpuMicros?.map((micros) => `${micros.toFixed(1)} µs`).join(" to ") ?? "",
      ];
    }),
  ]);
}

/** Lines up the cells of each column. */
export function columns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length))
  );
  return lines
    .map((line) =>
      line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
    )
    .join("\n");
}

function amount(value: number, unit: Row["unit"]): string {
  if (unit === "ms") return `${value.toFixed(2)} ms`;
  if (unit === "bytes" && value < 1000) return `${value.toFixed(1)} bytes`;
  return unit === "bytes"
    ? `${(value / 1000).toFixed(1)} KB`
    : `${Math.round(value).toLocaleString("en")} ${unit}`;
}

function targetText({ target, unit }: Row): string {
  if (!target) return "";
  return "atLeast" in target ? `>= ${target.atLeast}` : `<= ${amount(target.atMost, unit)}`;
}
