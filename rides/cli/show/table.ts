import { printable } from "../../wire/printable.ts";
import { show } from "../output.ts";
import { type Style, styled } from "./style.ts";

/** A column of a table of items. */
export interface Column<Item> {
  readonly title: string;
  readonly text: (item: Item) => string;
  /** Numbers are aligned at their end. Default left. */
  readonly align?: "left" | "right";
  readonly style?: (item: Item) => Style | undefined;
}

/** After this many rows the widths are fixed, so that a long table needs little memory. */
const ROWS_MEASURED = 500;

/**
 * A table that is written as its rows come, aligned by the first of them, with two spaces between columns. On
 * a terminal the last column is cut at the edge.
 */
export class Table<Item> {
  readonly #columns: readonly Column<Item>[];
  readonly #width: number;
  #waiting: Item[] = [];
  #widths: number[] | undefined;

  constructor(columns: readonly Column<Item>[]) {
    this.#columns = columns;
    // A terminal that does not know its size says 0.
    const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 0;
    this.#width = width || Infinity;
  }

  /** @returns whether anybody still reads */
  add(item: Item): boolean {
    if (this.#widths) return this.#write([item], this.#widths);
    this.#waiting.push(item);
    return this.#waiting.length < ROWS_MEASURED || this.end();
  }

  /** Writes what waits; nothing at all, not even titles, where there was no item. */
  end(): boolean {
    if (this.#widths || this.#waiting.length === 0) return true;
    const cells = this.#waiting;
    const widths = this.#columns.map(({ title, text }) =>
      cells.reduce((most, item) => Math.max(most, lengthOf(printable(text(item)))), title.length)
    );
    this.#widths = widths;
    this.#waiting = [];
    const titles = this.#line(widths, ({ title }) => [title, "bold"]);
    return show(titles) && this.#write(cells, widths);
  }

  #write(items: readonly Item[], widths: readonly number[]): boolean {
    const lines = items.map((item) =>
      this.#line(widths, ({ text, style }) => [text(item), style?.(item)])
    );
    return show(lines.join("\n"));
  }

  #line(
    widths: readonly number[],
    cell: (column: Column<Item>) => [string, Style | undefined],
  ): string {
    let left = this.#width;
    const cells = this.#columns.map((column, index) => {
      const [given, style] = cell(column);
      const last = index === this.#columns.length - 1;
      const text = last ? cut(printable(given), left) : printable(given);
      const padding = " ".repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(text)));
      left -= lengthOf(text) + padding.length + 2;
      if (column.align === "right") return padding + styled(text, style);
      return styled(text, style) + (last ? "" : padding);
    });
    return cells.join("  ").trimEnd();
  }
}

function lengthOf(text: string): number {
  return [...text].length;
}

function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}
