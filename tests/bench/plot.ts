import { median } from "../support/statistics.ts";
import { svgDocument, svgText } from "../support/svg.ts";
import type { Name } from "./contestants.ts";
import type { Rates, Scenario } from "./rates.ts";

/** A panel for each scenario, since their units and sizes differ. */
const PANELS: readonly { readonly scenario: Scenario; readonly title: string }[] = [
  { scenario: "one in flight", title: "Unary calls/s, one in flight" },
  { scenario: "8 x 32 in flight", title: "Unary calls/s, 8 connections x 32 in flight" },
  { scenario: "8 x 32 with deadlines", title: "The same, each call with a deadline" },
  { scenario: "Track", title: "Track, messages/s received" },
  { scenario: "sustained", title: "Unary calls/s, 8 x 32, sustained" },
];

/** Ours stand out; the others are what they are measured by. */
const COLOURS: Record<Name, string> = {
  engine: "#0b6e4f",
  "engine, TLS": "#5fa88c",
  "node:http2": "#9aa5b1",
  Node: "#6b7785",
  Python: "#4a5560",
};

const LABELS: Record<Name, string> = {
  engine: "rides",
  "engine, TLS": "rides, TLS",
  "node:http2": "rides on node:http2",
  Node: "Node, grpc-js",
  Python: "Python, grpcio",
};

const WIDTH = 760;
const LABEL_WIDTH = 170;
const VALUE_WIDTH = 110;
const BAR_HEIGHT = 22;
const GAP = 6;
const TITLE_HEIGHT = 40;
const MARGIN = 20;

/** The rates as bars, in SVG. */
export function plot(rates: Rates, subtitle: string): string {
  const parts: string[] = [
    svgText(
      MARGIN,
      32,
      "rides and its peers, one core for the server",
      "font-size='18' font-weight='600'",
    ),
    svgText(MARGIN, 54, subtitle, "fill='#5b6670'"),
  ];
  let y = 66;
  for (const { scenario, title } of PANELS) {
    const bars = [...rates.get(scenario) ?? []]
      .map(([name, { rounds }]) => [name, median(rounds)] as const)
      .toSorted(([, a], [, b]) => b - a);
    if (bars.length === 0) continue;
    const longest = bars[0]?.[1] ?? 1;
    parts.push(svgText(MARGIN, y + 26, title, "font-weight='600'"));
    y += TITLE_HEIGHT;
    for (const [name, rate] of bars) {
      parts.push(bar(y, name, rate, rate / longest));
      y += BAR_HEIGHT + GAP;
    }
  }
  return svgDocument(WIDTH, y + MARGIN, parts);
}

function bar(y: number, name: Name, rate: number, share: number): string {
  const room = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH;
  const width = Math.max(1, room * share).toFixed(1);
  const left = MARGIN + LABEL_WIDTH;
  const baseline = y + 16;
  return [
    svgText(left - 10, baseline, LABELS[name], "text-anchor='end'"),
    `<rect x='${left}' y='${y}' width='${width}' height='${BAR_HEIGHT}' fill='${COLOURS[name]}'/>`,
    svgText(left + Number(width) + 8, baseline, Math.round(rate).toLocaleString("en")),
  ].join("\n");
}
