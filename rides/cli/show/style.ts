import type { RideState } from "../../domain/ride_state.ts";
import { printable } from "../../wire/printable.ts";

/** Colour only on a terminal, and not if NO_COLOR is set (no-color.org). */
const COLOURED = Deno.stdout.isTerminal() && !Deno.noColor;

/** SGR parameters (ECMA-48, 8.3.117). */
export type Style = "bold" | "dim" | "green" | "yellow" | "cyan" | "red";

const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

/** The text, with its control characters shown, in that style where there is colour. */
export function styled(text: string, style: Style | undefined): string {
  const shown = printable(text);
  return COLOURED && style ? `\x1b[${CODES[style]}m${shown}\x1b[0m` : shown;
}

/** The colour of each state. */
export const STATE_STYLES: Readonly<Record<RideState, Style | undefined>> = {
  REQUESTED: "yellow",
  ASSIGNED: "cyan",
  ARRIVED: "cyan",
  ACTIVE: "green",
  COMPLETED: "dim",
  CANCELED: "dim",
};
