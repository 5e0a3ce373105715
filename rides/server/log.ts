import { printable } from "../wire/printable.ts";
import { type Level, LogThreshold } from "./log_level.ts";

export type { Level };

/** The fields of a line, besides its message. */
export type Fields = Readonly<Record<string, string | number | undefined>>;

/** Writes one line of the log. Never throws and never waits. */
export type Log = (level: Level, message: string, fields?: Fields) => void;

/** How lines are written: for people, or one JSON object a line. */
export type LogFormat = "text" | "json";

/** A log that writes lines of `format` into `sink`, as far as `threshold` lets them pass. */
export function createLog(
  format: LogFormat,
  sink: (line: string) => void,
  threshold: LogThreshold = new LogThreshold("info"),
): Log {
  const line = lineIn(format);
  return (level, message, fields = {}) => {
    if (threshold.passes(level)) sink(line(level, message, fields));
  };
}

/** What makes a line of `format`, with its end. */
export function lineIn(format: LogFormat): typeof textLine {
  return format === "json" ? jsonLine : textLine;
}

/** A log that writes nothing; the default of the library. */
export const silentLog: Log = () => {};

function jsonLine(level: Level, message: string, fields: Fields): string {
  const line = { time: new Date().toISOString(), level, message, ...fields };
  return `${printable(JSON.stringify(line))}\n`;
}

function textLine(level: Level, message: string, fields: Fields): string {
  let line = `${new Date().toISOString()} ${level.padEnd(5)} ${printable(message)}`;
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) line += ` ${name}=${PLAIN.test(`${value}`) ? value : quoted(value)}`;
  }
  return `${line}\n`;
}

/** A value that needs no quotes. */
const PLAIN = /^[\w.:/@%[\]-]+$/;

function quoted(value: string | number): string {
  return printable(JSON.stringify(value));
}
