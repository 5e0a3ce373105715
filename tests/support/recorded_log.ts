import type { Fields, Level, Log } from "../../rides/server/log.ts";
import { eventually } from "./eventually.ts";

/** One line of a log. */
export interface LogLine {
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
}

/** A log that keeps its lines for a test to look at. */
export class RecordedLog {
  readonly lines: LogLine[] = [];

  /** Takes a line from `info` on, as a log does unless told; hand it to `createServer`. */
  readonly write: Log = (level, message, fields = {}) => {
    if (level !== "debug") this.lines.push({ level, message, fields });
  };

  /** The first line of `level` about `method`; waits for it. */
  line(method: string, level: Level = "info"): Promise<LogLine> {
    return eventually(
      `a line of the log about ${method}`,
      () => this.lines.find((line) => line.level === level && line.fields.method === method),
    );
  }
}
