import type { Sample } from "./scrape.ts";

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/y;

/**
 * Reads the text format of Prometheus, version 0.0.4.
 *
 * @throws {Error} at a line that is not of it, at one without HELP and TYPE before it, and at a series
 * that comes twice
 */
export function parsePrometheus(text: string): Sample[] {
  const described = new Map<string, Set<string>>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [, kind, family = ""] = /^# (HELP|TYPE) (\S+) /.exec(line) ?? [];
    if (kind) {
      described.set(family, (described.get(family) ?? new Set()).add(kind));
      continue;
    }
    const [, name = "", labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === "") throw new Error(`not a line of the format: ${line}`);
    const of = described.get(name.replace(/_(bucket|sum|count)$/, "")) ?? described.get(name);
    if (of?.size !== 2) throw new Error(`without HELP and TYPE: ${line}`);
    const series = `${name}{${labels}}`;
    if (seen.has(series)) throw new Error(`twice: ${series}`);
    seen.add(series);
    samples.push({ name, labels: parseLabels(labels), value: parseValue(value) });
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const [, name = "", value = ""] = LABEL.exec(text) ?? [];
    if (name === "") throw new Error(`not labels from ${at}: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => escaped === "n" ? "\n" : escaped);
  }
  return labels;
}

function parseValue(text: string): number {
  if (text === "+Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  if (text !== "NaN" && Number.isNaN(Number(text))) throw new Error(`not a value: ${text}`);
  return Number(text);
}
