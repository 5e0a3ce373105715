import type { Buffer } from "node:buffer";
import { type Position, validatePosition } from "../../domain/position.ts";
import { ENDLESS_LINE, linesOf, wholeLines } from "../lines.ts";
import { parsePositionLine } from "../position_line.ts";
import { LineError } from "../position_lines.ts";
import { MAX_BATCH } from "./batch.ts";
import { markBehind, type SourceMark } from "./source_mark.ts";

/** Positions of lines that follow one another. */
export interface Run {
  /** The number of the first line, from 1. */
  readonly line: number;
  readonly positions: readonly Position[];
}

/** A line that is not a position, or is refused by the domain or the server. */
export interface RefusedLine {
  /** Its number, from 1. */
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** What came at once. */
export interface Block {
  readonly runs: readonly Run[];
  readonly refused: readonly RefusedLine[];
  /** Behind these lines. */
  readonly source: SourceMark;
}

/**
 * The positions in JSON lines, as they come: a block for each piece of the input, cut after its last line
 * end. Empty lines are skipped. The last line needs no end.
 *
 * @param start how much of the input was taken over before and is not in `bytes`
 * @param signal ends the blocks as if the input had ended after the last whole line
 * @throws {LineError} if a line exceeds {@linkcode ENDLESS_LINE}
 */
export async function* positionBlocks(
  bytes: ReadableStream<Uint8Array>,
  start: SourceMark,
  signal: AbortSignal,
): AsyncGenerator<Block> {
  let source = start;
  for await (const lines of wholeLines(bytes, signal)) {
    if (lines.length > ENDLESS_LINE && !lines.includes("\n")) {
      throw new LineError(`line ${source.lines + 1}: longer than 1 MiB; is it the right input?`);
    }
    const block = blockOf(lines, source);
    source = block.source;
    yield block;
  }
}

function blockOf(bytes: Buffer, before: SourceMark): Block {
  const lines = linesOf(bytes);
  const nowMs = Date.now();
  const runs: Run[] = [];
  const refused: RefusedLine[] = [];
  let run: { line: number; positions: Position[] } | undefined;
  for (const [index, text] of lines.entries()) {
    const line = before.lines + index + 1;
    const position = text.trim() === "" ? undefined : read(line, text, nowMs, refused);
    if (!position) {
      run = undefined;
      continue;
    }
    if (!run || run.positions.length === MAX_BATCH) runs.push(run = { line, positions: [] });
    run.positions.push(position);
  }
  return { runs, refused, source: markBehind(before, bytes, lines.length) };
}

function read(
  line: number,
  text: string,
  nowMs: number,
  refused: RefusedLine[],
): Position | undefined {
  try {
    const position = parsePositionLine(text, "position");
    validatePosition(position, nowMs);
    return position;
  } catch (error) {
    refused.push({ line, reason: (error as Error).message, text });
    return undefined;
  }
}
