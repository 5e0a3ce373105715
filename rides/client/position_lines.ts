import { InvalidArgument, type Violation } from "../domain/failure.ts";
import { type Position, validatePosition } from "../domain/position.ts";
import { parseTime } from "../domain/timestamp.ts";
import { parseInt64 } from "../wire/codec.ts";

/** A line that is no position, or one that the domain refuses; the message starts with its number. */
export class LineError extends Error {
  override readonly name = "LineError";

  /** The fields that the domain refused; none where the line is no position. */
  get violations(): readonly Violation[] {
    return this.cause instanceof InvalidArgument ? this.cause.violations : [];
  }
}

/** The longest line, in UTF-16 code units: a file without line ends must not fill the memory. */
const LINE_LENGTH = 64 * 1024;

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
      position = parsePosition(line);
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

/** @throws {Error} saying what is wrong with the line */
function parsePosition(line: string): Position {
  if (line.length > LINE_LENGTH) throw new RangeError(`longer than ${LINE_LENGTH} characters`);
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("not a JSON object");
  }
  const { car_id, time, lat, lng, ...others } = value as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new TypeError(
      `unknown field ${JSON.stringify(unknown)}; the fields are car_id, time, lat, lng`,
    );
  }
  for (const [field, given] of Object.entries({ car_id, time, lat, lng })) {
    if (given === undefined) throw new TypeError(`${field}: missing`);
  }
  return {
    carId: integer("car_id", car_id),
    time: timestamp("time", time),
    location: { lat: number("lat", lat), lng: number("lng", lng) },
  };
}

function integer(field: string, value: unknown): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  const parsed = typeof value === "string" ? parseInt64(value) : undefined;
  if (parsed !== undefined) return parsed;
  throw new TypeError(`${field}: ${JSON.stringify(value)} is not an integer of 64 bits`);
}

function number(field: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError(`${field}: ${JSON.stringify(value)} is not a number`);
}

function timestamp(field: string, value: unknown) {
  const time = typeof value === "string" ? parseTime(value) : undefined;
  if (time) return time;
  throw new TypeError(
    `${field}: ${JSON.stringify(value)} is not a time as in 2022-02-22T14:36:09Z`,
  );
}
