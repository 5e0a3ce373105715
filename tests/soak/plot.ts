import { svgDocument, svgText } from "../support/svg.ts";
import type { Findings, Sample } from "./steady_server.ts";

/** One quantity over time, a line for each server. */
interface Panel {
  readonly title: string;
  readonly valueOf: (sample: Sample) => number;
}

const PANELS: readonly Panel[] = [
  { title: "Memory, MB", valueOf: ({ residentBytes }) => residentBytes / 1e6 },
  { title: "Open descriptors", valueOf: ({ descriptors }) => descriptors },
];

const COLOURS = ["#0b6e4f", "#c2571a", "#4a5560"];

const WIDTH = 760;
const MARGIN = 20;
const LEFT = 70;
const PLOT_WIDTH = WIDTH - LEFT - MARGIN;
const PLOT_HEIGHT = 180;
const PANEL_HEIGHT = PLOT_HEIGHT + 60;
const TOP = 84;
/** More cannot be told apart. */
const MOST_POINTS = 500;

/** What the servers had in memory and open, over time, in SVG. */
export function plot(servers: readonly Findings[], subtitle: string): string {
  const parts = [
    svgText(MARGIN, 32, "rides under mixed traffic", "font-size='18' font-weight='600'"),
    svgText(MARGIN, 54, subtitle, "fill='#5b6670'"),
    ...servers.map(({ name }, index) =>
      svgText(LEFT + index * 150, TOP - 6, name, `fill='${colour(index)}' font-weight='600'`)
    ),
  ];
  const end = Math.max(1, ...servers.flatMap(({ samples }) => samples.at(-1)?.seconds ?? 0));
  PANELS.forEach((panel, index) =>
    parts.push(...drawn(panel, servers, end, TOP + index * PANEL_HEIGHT))
  );
  return svgDocument(WIDTH, TOP + PANELS.length * PANEL_HEIGHT + MARGIN, parts);
}

function drawn(
  { title, valueOf }: Panel,
  servers: readonly Findings[],
  end: number,
  y: number,
): string[] {
  // A loop: the samples of half an hour are more than arguments may be.
  let top = 1;
  for (const { samples } of servers) {
    for (const sample of samples) top = Math.max(top, valueOf(sample) * 1.1);
  }
  const at = (sample: Sample) => {
    const x = LEFT + PLOT_WIDTH * sample.seconds / end;
    return `${x.toFixed(1)},${(bottom - PLOT_HEIGHT * valueOf(sample) / top).toFixed(1)}`;
  };
  const bottom = y + 24 + PLOT_HEIGHT;
  const right = LEFT + PLOT_WIDTH;
  return [
    svgText(LEFT, y + 16, title, "font-weight='600'"),
    `<path d='M${LEFT} ${bottom - PLOT_HEIGHT}V${bottom}H${right}' fill='none' stroke='#9aa5b1'/>`,
    svgText(LEFT - 8, bottom, "0", "text-anchor='end'"),
    svgText(LEFT - 8, bottom - PLOT_HEIGHT + 10, top.toFixed(0), "text-anchor='end'"),
    svgText(right, bottom + 18, `${(end / 60).toFixed(1)} min`, "text-anchor='end'"),
    ...servers.map(({ samples }, index) => {
      const points = thinned(samples).map(at).join(" ");
      return `<polyline points='${points}' fill='none' stroke='${
        colour(index)
      }' stroke-width='1.5'/>`;
    }),
  ];
}

function thinned(samples: readonly Sample[]): readonly Sample[] {
  const step = Math.ceil(samples.length / MOST_POINTS);
  return samples.filter((_, index) => index % step === 0);
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}
