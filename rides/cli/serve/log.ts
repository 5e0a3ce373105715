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
        "the least that is logged; SIGUSR1 logs one level more, SIGUSR2 one less",
      )
        .choices([...LEVELS]).default("info").env("RIDES_LOG_LEVEL"),
    );
}

/** The log on stderr. Disposing of it writes what is left. */
export class StderrLog implements AsyncDisposable {
  readonly write: Log;
  readonly #sink: LogSink;
  readonly #threshold: LogThreshold;
  readonly #listeners: (readonly [Deno.Signal, () => void])[];

  constructor({ logFormat, logLevel }: LogFlags) {
    const format = logFormat ?? (Deno.stderr.isTerminal() ? "text" : "json");
    this.#sink = new LogSink(Deno.stderr, format);
    this.#threshold = new LogThreshold(logLevel);
    this.write = createLog(format, this.#sink.write, this.#threshold);
    this.#listeners = Deno.build.os === "windows" ? [] : [
      ["SIGUSR1", () => this.#move("more")],
      ["SIGUSR2", () => this.#move("less")],
    ];
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    await this.#sink[Symbol.asyncDispose]();
  }

  /** Says so at the new level, which is heard whatever it is. */
  #move(direction: "more" | "less"): void {
    this.#threshold[direction]();
    const { level } = this.#threshold;
    this.write(level, `the log level is ${level}`);
  }
}
