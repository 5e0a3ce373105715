import { Option } from "commander";
import { integer } from "../options.ts";
import { type OutputFormat, show, tell } from "../output.ts";
import { type Column, Table } from "./table.ts";

/** As many as people read at once. */
const LIMIT_TEXT = 50;

/** So much JSON is written at once. */
const CHUNK_LENGTH = 64 * 1024;

/** What every command that lists has. */
export interface ListFlags {
  limit?: number;
  format: OutputFormat;
}

/** `--limit`: pages are fetched until there are that many. */
export function limitOption(items: string): Option {
  return new Option(
    "--limit <count>",
    `how many ${items} at most (default: ${LIMIT_TEXT} in a table, all as JSON)`,
  ).argParser(integer(1));
}

/** How many to ask for: one more than a table shows, to know whether there are more. */
export function asked({ limit, format }: ListFlags): number | undefined {
  return limit ?? (format === "text" ? LIMIT_TEXT + 1 : undefined);
}

/** Writes items as they come: a table for people, a line of JSON each for programs. */
export async function list<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  flags: ListFlags,
  columns: readonly Column<Item>[],
  toJson: (item: Item) => object,
): Promise<void> {
  if (flags.format === "json") await lines(items, toJson);
  else await table(items, flags.limit ?? LIMIT_TEXT, columns);
}

async function table<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  limit: number,
  columns: readonly Column<Item>[],
): Promise<void> {
  const table = new Table(columns);
  let count = 0;
  for await (const item of items) {
    if (count++ === limit) {
      table.end();
      return tell(`There are more; --limit says how many are shown, and --format json shows all.`);
    }
    if (!table.add(item)) return;
  }
  table.end();
  if (count === 0) tell("There are none.");
}

async function lines<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  toJson: (item: Item) => object,
): Promise<void> {
  let text = "";
  for await (const item of items) {
    text += text === "" ? JSON.stringify(toJson(item)) : `\n${JSON.stringify(toJson(item))}`;
    if (text.length < CHUNK_LENGTH) continue;
    if (!show(text)) return;
    text = "";
  }
  if (text !== "") show(text);
}
