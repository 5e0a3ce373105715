import { Command, Option } from "commander";
import { LineError } from "../../client/position_lines.ts";
import { type Block, positionBlocks } from "../../client/upload/position_blocks.ts";
import { AsideError } from "../../client/upload/put_aside.ts";
import { isIn, NO_SOURCE } from "../../client/upload/source_mark.ts";
import { Spool } from "../../client/upload/spool.ts";
import { SpoolError } from "../../client/upload/spool_file.ts";
import { upload } from "../../client/upload/upload.ts";
import { fileProblem } from "../../files/file_problem.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { CommandError, Interrupted, UsageError } from "../failure.ts";
import { openInput, unreadable } from "../input.ts";
import { fileOption, named, size } from "../options.ts";
import { print } from "../output.ts";
import { Signals } from "../signals.ts";
import { UploadReport } from "./upload_report.ts";

interface UploadFlags extends ConnectionFlags {
  spool: string;
  spoolLimit: number;
  once?: boolean;
}

/** `rides client car upload` */
export function uploadCommand(): Command {
  const command = new Command("upload")
    .description(
      "Store positions, however often the connection, the server or this program ends: they are " +
        "kept in a spool until the server has acknowledged them.",
    )
    .argument("[file]", "JSON lines, one position each; - is standard input", named("a file"))
    .addOption(
      fileOption("--spool <file>", "where positions are kept until they are stored", "RIDES_SPOOL")
        .default("rides-upload.spool"),
    )
    .addOption(
      new Option("--spool-limit <size>", "its largest size; beyond it the input waits")
        .argParser(size).default(1024 ** 3, "1GiB").env("RIDES_SPOOL_LIMIT"),
    )
    .option("--once", "only send what is left in the spool, without waiting for a server")
    .addHelpText(
      "after",
      "\nExamples:\n  $ rides client car upload positions.jsonl\n" +
        `  $ echo '{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0,"speed_mps":13.9}' | ` +
        "rides client car upload -\n\n" +
        "Ctrl-C ends it; what is not stored stays in the spool, for the next upload or --once.",
    );
  return withConnectionOptions(command).action(uploadPositions);
}

async function uploadPositions(file: string | undefined, flags: UploadFlags): Promise<void> {
  const { once = false, format } = flags;
  if ((file === undefined) !== once) {
    throw new UsageError("Give a file of JSON lines, - for standard input, or --once");
  }
  using input = await openInput(file);
  const over = new AbortController();
  using signals = new Signals();
  void signals.first.then(() => over.abort());
  // The spool is made last, so that a wrong command leaves none behind.
  await using client = await connect(flags);
  using spool = await openSpool(flags.spool);
  const report = new UploadReport(spool, format);
  const { signal } = over;
  try {
    await upload(client.cars, spool, {
      blocks: file === undefined ? undefined : blocksOf(file, input, spool, report, signal),
      spoolBytes: flags.spoolLimit,
      patient: !once,
      signal,
      on: (event) => report.on(event),
    });
  } catch (error) {
    throw error instanceof AsideError ? notAside(error) : error;
  } finally {
    over.abort();
    report.end();
  }
  print(format, String(report.stored), { stored: report.stored, rejected: report.rejected });
  if (signals.came) throw new Interrupted(signals.came);
  if (file !== undefined) spool.finish();
  if (report.rejected > 0) {
    throw new CommandError(
      `Rejected: ${report.rejected}; they are in ${spool.asidePath}, with the reasons`,
    );
  }
}

async function openSpool(path: string): Promise<Spool> {
  try {
    return await Spool.open(path);
  } catch (error) {
    if (error instanceof SpoolError) throw error;
    if (error instanceof AsideError) throw notAside(error);
    throw new CommandError(
      `Cannot keep the spool in ${path}: ${fileProblem(error)}; name another file with --spool`,
      { cause: error },
    );
  }
}

function notAside(error: AsideError): CommandError {
  return new CommandError(
    `${error.message}: ${fileProblem(error.cause)}; ` +
      "have it be a file that can be written, and run this again",
    { cause: error },
  );
}

/** The positions of the input; for a file, those after what an interrupted upload has already taken. */
async function* blocksOf(
  file: string,
  input: Deno.FsFile | undefined,
  spool: Spool,
  report: UploadReport,
  signal: AbortSignal,
): AsyncGenerator<Block> {
  try {
    if (!input) return yield* positionBlocks(Deno.stdin.readable, NO_SOURCE, signal);
    const start = await isIn(file, spool.source) ? spool.source : NO_SOURCE;
    if (start.lines > 0) {
      report.continuedBehind(start.lines, file);
      await input.seek(start.offset, Deno.SeekMode.Start);
    }
    yield* positionBlocks(input.readable, start, signal);
  } catch (error) {
    throw error instanceof LineError ? error : unreadable(file, error);
  }
}
