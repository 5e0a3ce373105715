import { locationOf, type StoredFix } from "../../domain/fix.ts";
import { type OutputFormat, print } from "../output.ts";
import { showCard } from "./card.ts";
import { flagNames } from "./flags.ts";
import { carJson } from "./json.ts";
import type { Column } from "./table.ts";
import {
  accuracyText,
  headingText,
  latText,
  lngText,
  locationText,
  speedText,
  timeText,
} from "./text.ts";

/** Writes a car: where it is. */
export function showCar(fix: StoredFix, format: OutputFormat): void {
  if (format === "json") return print(format, "", carJson(fix));
  showCard([
    ["car", String(fix.carId)],
    ["time", timeText(fix.timeMs)],
    ["location", locationText(locationOf(fix))],
    ["speed", speedText(fix)],
    ["heading", headingText(fix)],
    ["accuracy", accuracyText(fix)],
    ["received", timeText(fix.receivedMs)],
    ["flags", flagNames(fix.flags).join(", ")],
  ]);
}

/** Where and when, in a table. */
export const POSITION_COLUMNS: readonly Column<StoredFix>[] = [
  { title: "TIME (UTC)", text: ({ timeMs }) => timeText(timeMs) },
  { title: "LAT", text: latText, align: "right" },
  { title: "LNG", text: lngText, align: "right" },
  { title: "SPEED", text: speedText, align: "right" },
  { title: "HEADING", text: headingText, align: "right" },
  { title: "FLAGS", text: ({ flags }) => flagNames(flags).join(","), style: () => "yellow" },
];

/** Cars in a table. */
export const CAR_COLUMNS: readonly Column<StoredFix>[] = [
  { title: "CAR", text: ({ carId }) => String(carId), align: "right" },
  ...POSITION_COLUMNS,
];
