import { Command, Option } from "commander";
import { pause } from "../client/backoff.ts";
import { ForeignFailure } from "../client/foreign_answer.ts";
import { LineError, positionLines } from "../client/position_lines.ts";
import { isPassing } from "../client/resuming.ts";
import { REFERENCE_POSITIONS, referencePositions } from "../domain/reference_positions.ts";
import type { Position } from "../domain/position.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "./connection.ts";
import { Interrupted, UsageError } from "./failure.ts";
import { openInput, unreadable } from "./input.ts";
import { duration, integer, named } from "./options.ts";
import { type OutputFormat, print, tell } from "./output.ts";
import { Signals } from "./signals.ts";
import { carId } from "./values.ts";

interface TrackFlags extends ConnectionFlags {
  random?: number;
  interval: number;
  carId?: bigint;
}

/** `rides client track` */
export function trackCommand(): Command {
  const command = new Command("track")
    .description("Stream positions to the server and print how many it counted.")
    .argument("[file]", "JSON lines, one position each; - is standard input", named("a file"))
    .addOption(
      new Option("--random <count>", "instead of a file: that many made-up positions")
        .argParser(integer(0, REFERENCE_POSITIONS)),
    )
    .addOption(
      new Option("--interval <duration>", "wait between two positions").argParser(duration)
        .default(0, "none"),
    )
    .addOption(
      new Option("--car-id <number>", "send every position as this car's").argParser(carId),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ rides client track --random 10 --interval 100ms\n" +
        `  $ echo '{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0}' | ` +
        "rides client track -\n\n" +
        "Ctrl-C ends the stream and prints the count of what was sent.",
    );
  return withConnectionOptions(command).action(track);
}

async function track(file: string | undefined, flags: TrackFlags): Promise<void> {
  const { random, format } = flags;
  const wanted = file ?? random;
  if (wanted === undefined || (file !== undefined && random !== undefined)) {
    throw new UsageError("Give a file of JSON lines, - for standard input, or --random COUNT");
  }
  using input = await openInput(file);
  using signals = new Signals();
  const signal = signals.aborted;
  const source = typeof wanted === "number"
    ? referencePositions(wanted)
    : read(wanted, input, signal);
  await using client = await connect(flags);
  let sent = 0;
  const count = await client.track(paced(source, flags, signal, () => sent++), { signal })
    .catch((error) => {
      // There was no connection yet.
      if (error === signal.reason) return 0;
      const reached = isPassing(error) && !(error instanceof ForeignFailure);
      if (sent > 0 && reached) tellSent(sent, format);
      throw error;
    });
  print(format, String(count), { count });
  if (signals.came) throw new Interrupted(signals.came);
}

/** For a call that ended without a count, whatever it came to. */
function tellSent(sent: number, format: OutputFormat): void {
  const text = `Sent: ${sent} ${sent === 1 ? "position" : "positions"}, and any number of them ` +
    "may be stored; client car upload makes sure of each";
  tell(format === "json" ? JSON.stringify({ sent }) : text);
}

async function* read(
  file: string,
  input: Deno.FsFile | undefined,
  signal: AbortSignal,
): AsyncGenerator<Position> {
  try {
    yield* positionLines((input ?? Deno.stdin).readable, signal);
  } catch (error) {
    throw error instanceof LineError ? error : unreadable(file, error);
  }
}

/**
 * The positions as the flags have them, until the signal: of another car, and with pauses between.
 *
 * @param onSent called for each position that was taken
 */
async function* paced(
  positions: Iterable<Position> | AsyncIterable<Position>,
  { carId, interval }: TrackFlags,
  signal: AbortSignal,
  onSent: () => void,
): AsyncGenerator<Position> {
  let first = true;
  for await (const position of positions) {
    if (!first && interval > 0) await pause(interval, signal);
    if (signal.aborted) return;
    first = false;
    yield carId === undefined ? position : { ...position, carId };
    onSent();
  }
}
