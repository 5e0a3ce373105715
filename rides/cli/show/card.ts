import { show } from "../output.ts";
import { type Style, styled } from "./style.ts";

/** A named value of one thing; an empty one is left out. */
export type CardLine = readonly [name: string, value: string, style?: Style | undefined];

/** Writes one thing: a line a value, the values aligned. */
export function showCard(lines: readonly CardLine[]): void {
  const shown = lines.filter(([, value]) => value !== "");
  const width = Math.max(...shown.map(([name]) => name.length));
  show(
    shown.map(([name, value, style]) =>
      `${styled(name.padEnd(width), "dim")}  ${styled(value, style)}`
    ).join("\n"),
  );
}
