import type { Family, HistogramPoint, Labels } from "./family.ts";

/** The media type of what {@linkcode toText} writes. */
export const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

/** Writes families in the text format of Prometheus, version 0.0.4. */
export function toText(families: Iterable<Family>): string {
  let text = "";
  for (const family of families) {
    const { name, help, type } = family;
    text += `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
    if (family.type === "histogram") {
      for (const point of family.points()) text += histogramLines(name, family.bounds, point);
    } else {
      for (const { labels, value } of family.points()) text += line(name, labels, value);
    }
  }
  return text;
}

function histogramLines(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum }: HistogramPoint,
): string {
  let text = "";
  let count = 0;
  for (const [bucket, more] of counts.entries()) {
    count += more;
    const le = bucket < bounds.length ? `${bounds[bucket]}` : "+Inf";
    text += line(`${name}_bucket`, { ...labels, le }, count);
  }
  return text + line(`${name}_sum`, labels, sum) + line(`${name}_count`, labels, count);
}

function line(name: string, labels: Labels | undefined, value: number): string {
  const pairs = Object.entries(labels ?? {}).map(([label, of]) => `${label}="${quoted(of)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function quoted(text: string): string {
  return escaped(text).replaceAll('"', '\\"');
}
