import { type Command, Option } from "commander";
import { createLog, type Log, type LogFormat } from "../../server/log.ts";
import { type Level, LEVELS, LogThreshold } from "../../server/log_level.ts";
import { LogSink } from "../../server/log_sink.ts";

export interface LogFlags {
  logFormat?: LogFormat;
  logLevel: Level;
}

/** `--log-format` and `--log-level` */
export function withLogOptions(command: Command): Command {
  return command
    .optionsGroup("Log:")
    .addOption(
      new Option(
        "--log-format <format>",
        "how the log on stderr is written (default: text on a terminal, json elsewhere)",
      )
        .choices(["text", "json"]).env("RIDES_LOG_FORMAT"),
    )
    .addOption(
      new Option(
        "--log-level <level>",
        "the lowest level that is logged; SIGUSR2 switches to everything, and back",
      )
        .choices([...LEVELS]).default("info").env("RIDES_LOG_LEVEL"),
    );
}

/**
 * Switches the level. Not SIGUSR1, at which Deno 2.9 opens its debugger on 127.0.0.1:9229 to everybody on the
 * machine, whether or not a program handles the signal.
 */
const SIGNAL = "SIGUSR2";
const HAS_SIGNAL = Deno.build.os !== "windows";

/** The log on stderr. Disposing of it writes what is left. */
export class StderrLog implements AsyncDisposable {
  readonly write: Log;
  readonly #sink: LogSink;
  readonly #threshold: LogThreshold;

  constructor({ logFormat, logLevel }: LogFlags) {
    const format = logFormat ?? (Deno.stderr.isTerminal() ? "text" : "json");
    this.#sink = new LogSink(Deno.stderr, format);
    this.#threshold = new LogThreshold(logLevel);
    this.write = createLog(format, this.#sink.write, this.#threshold);
    if (HAS_SIGNAL) Deno.addSignalListener(SIGNAL, this.#toggle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (HAS_SIGNAL) Deno.removeSignalListener(SIGNAL, this.#toggle);
    await this.#sink[Symbol.asyncDispose]();
  }

  /** Logs the change at the new level, so that it always shows. */
  readonly #toggle = (): void => {
    this.#threshold.toggle();
    const { level } = this.#threshold;
    this.write(level, `the log level is ${level}`);
  };
}
