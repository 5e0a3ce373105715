import { Argument, Command, Option } from "commander";
import { writeAll } from "../output.ts";
import { UsageError } from "../failure.ts";
import { positionJson, rideJson } from "../show/json.ts";
import { csvLine, POSITION_COLUMNS, RIDE_COLUMNS } from "./csv.ts";
import { openStoreFile, storeFileOption, type StoreFlags } from "./file.ts";

interface ExportFlags extends StoreFlags {
  format: "json" | "csv";
}

/** How much is written at once. */
const CHUNK_LENGTH = 64 * 1024;

/** `rides store export` */
export function exportCommand(): Command {
  return new Command("export")
    .description("Write rides and positions to stdout, a line each.")
    .addArgument(
      new Argument("[what]", "which of them").choices(["all", "rides", "positions"]).default("all"),
    )
    .addOption(storeFileOption())
    .addOption(
      new Option(
        "--format <format>",
        "JSON lines, as printed by rides client, or CSV with a header",
      )
        .choices(["json", "csv"]).default("json"),
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ rides store export positions --format csv > positions.csv",
    )
    .action(exportAll);
}

function exportAll(what: "all" | "rides" | "positions", flags: ExportFlags): void {
  if (what === "all" && flags.format === "csv") {
    throw new UsageError("CSV has one kind of line: say export rides, or export positions");
  }
  using store = openStoreFile(flags);
  if (what !== "positions" && !write(store.rides(), lines(flags, RIDE_COLUMNS, rideJson))) return;
  if (what !== "rides") write(store.positions(), lines(flags, POSITION_COLUMNS, positionJson));
}

/** The head, where there is one, and how each item is written. */
interface Lines<Item> {
  readonly head: string;
  readonly line: (item: Item) => string;
}

function lines<Item>(
  { format }: ExportFlags,
  columns: Readonly<Record<string, (item: Item) => unknown>>,
  toJson: (item: Item) => object,
): Lines<Item> {
  if (format === "json") return { head: "", line: (item) => `${JSON.stringify(toJson(item))}\n` };
  const cells = Object.values(columns);
  return {
    head: csvLine(Object.keys(columns)),
    line: (item) => csvLine(cells.map((cell) => cell(item))),
  };
}

/** @returns whether there is still a reader */
function write<Item>(items: Iterable<Item>, { head, line }: Lines<Item>): boolean {
  const encoder = new TextEncoder();
  let text = head;
  for (const item of items) {
    text += line(item);
    if (text.length < CHUNK_LENGTH) continue;
    if (!writeAll(Deno.stdout, encoder.encode(text))) return false;
    text = "";
  }
  return writeAll(Deno.stdout, encoder.encode(text));
}
