import { Argument, Command, Option } from "commander";
import { pause } from "../client/backoff.ts";
import { LineError, positionLines } from "../client/position_lines.ts";
import { REFERENCE_POSITIONS, referencePositions } from "../domain/reference_positions.ts";
import type { Position } from "../domain/position.ts";
import { fileProblem } from "../files/file_problem.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "./connection.ts";
import { CommandError, Interrupted, UsageError } from "./failure.ts";
import { duration, integer } from "./options.ts";
import { print } from "./output.ts";
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
    .addArgument(
      new Argument("[file]", "JSON lines, one position each; - is standard input"),
    )
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
  using signals = new Signals();
  const signal = signals.aborted;
  const positions = paced(source(file, flags, signal), flags, signal);
  await using client = await connect(flags);
  const count = await client.track(positions);
  print(flags.format, String(count), { count });
  if (signal.aborted) throw new Interrupted();
}

function source(
  file: string | undefined,
  { random }: TrackFlags,
  signal: AbortSignal,
): Iterable<Position> | AsyncIterable<Position> {
  if (file !== undefined && random === undefined) return read(file, signal);
  if (file === undefined && random !== undefined) return referencePositions(random);
  throw new UsageError("Give a file of JSON lines, - for standard input, or --random COUNT");
}

async function* read(file: string, signal: AbortSignal): AsyncGenerator<Position> {
  try {
    const bytes = file === "-" ? Deno.stdin.readable : (await Deno.open(file)).readable;
    yield* positionLines(bytes, signal);
  } catch (error) {
    if (error instanceof LineError) throw error;
    throw new CommandError(`Cannot read ${file}: ${fileProblem(error)}`, { cause: error });
  }
}

/** The positions as the flags have them, until the signal: of another car, and with pauses between. */
async function* paced(
  positions: Iterable<Position> | AsyncIterable<Position>,
  { carId, interval }: TrackFlags,
  signal: AbortSignal,
): AsyncGenerator<Position> {
  let first = true;
  for await (const position of positions) {
    if (!first && interval > 0) await pause(interval, signal);
    if (signal.aborted) return;
    first = false;
    yield carId === undefined ? position : { ...position, carId };
  }
}
