import type { Failure } from "../domain/failure.ts";

/** The stream of one watch, as its watcher sees it. */
export interface WatchSink {
  /** Sends a response; `taken` is called when the reader has room for another one. */
  write(message: Uint8Array, taken: () => void): void;
  /** Ends the stream behind what was written: with OK, or with a failure. */
  end(failure?: Failure): void;
  /** Ends the stream at once: its reader takes nothing, not even a status. */
  cut(failure: Failure): void;
}
