import { InvalidArgument, type Violation } from "../domain/failure.ts";
import { type Position, validatePosition } from "../domain/position.ts";
import { LINE_LENGTH, parsePositionLine } from "./position_line.ts";

/** A line that is no position, or one that the domain refuses; the message starts with its number. */
export class LineError extends Error {
  override readonly name = "LineError";

  /** The fields that the domain refused; none where the line is no position. */
  get violations(): readonly Violation[] {
    return this.cause instanceof InvalidArgument ? this.cause.violations : [];
  }
}

/**
 * The positions in JSON lines such as
 * `{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0}`, as they come. Empty lines are
 * skipped; a `car_id` beyond 2^53 is written as a string.
 *
 * @param signal ends the positions as if the text had ended
 * @throws {LineError} at the first line that is no position, or one that the domain refuses
 */
export async function* positionLines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal?: AbortSignal,
): AsyncGenerator<Position> {
  let number = 0;
  for await (const line of lines(bytes, signal)) {
    number++;
    if (line.length <= LINE_LENGTH && line.trim() === "") continue;
    let position;
    try {
      position = parsePositionLine(line, "track");
      validatePosition(position, Date.now());
    } catch (error) {
      throw new LineError(`line ${number}: ${(error as Error).message}`, { cause: error });
    }
    yield position;
  }
}

/** The lines of the text; the last is cut short, and nothing follows, where it is too long. */
async function* lines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const reader = bytes.pipeThrough(new TextDecoderStream()).getReader();
  const cancel = () => void reader.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    let rest = "";
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const [first = "", ...following] = chunk.value.split("\n");
      rest += first;
      for (const line of following) {
        yield rest;
        rest = line;
      }
      if (rest.length > LINE_LENGTH) break;
    }
    if (rest !== "") yield rest;
  } finally {
    signal?.removeEventListener("abort", cancel);
    await reader.cancel();
  }
}
