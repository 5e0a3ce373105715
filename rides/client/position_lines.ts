import { InvalidArgument, type Violation } from "../domain/failure.ts";
import { type Position, validatePosition } from "../domain/position.ts";
import { LINE_LENGTH, linesOf, wholeLines } from "./lines.ts";
import { parsePositionLine } from "./position_line.ts";

/** A line that is not a position, or is refused by the domain; the message starts with its number. */
export class LineError extends Error {
  override readonly name = "LineError";

  /** The fields that the domain refused; none if the line is not a position. */
  get violations(): readonly Violation[] {
    return this.cause instanceof InvalidArgument ? this.cause.violations : [];
  }
}

/**
 * The positions in JSON lines such as `{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0}`, as
 * they come. Empty lines are skipped; a `car_id` beyond 2^53 is written as a string.
 *
 * @param signal ends the positions as if the text had ended after the last whole line
 * @throws {LineError} at the first line that is not a position, or is refused by the domain
 */
export async function* positionLines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal?: AbortSignal,
): AsyncGenerator<Position> {
  let number = 0;
  for await (const piece of wholeLines(bytes, signal)) {
    for (const line of linesOf(piece)) {
      number++;
      if (line.length <= LINE_LENGTH && line.trim() === "") continue;
      yield read(line, number);
    }
  }
}

function read(line: string, number: number): Position {
  try {
    const position = parsePositionLine(line, "track");
    validatePosition(position, Date.now());
    return position;
  } catch (error) {
    throw new LineError(`line ${number}: ${(error as Error).message}`, { cause: error });
  }
}
