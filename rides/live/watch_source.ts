import type { WatchEncoder } from "./encoder.ts";
import type { LiveCommit } from "./recent.ts";
import type { SharedPieces } from "./shared_pieces.ts";
import type { Watcher } from "./watcher.ts";

/** What all watchers read from, and tell of themselves. */
export interface WatchSource {
  readonly encoder: WatchEncoder;
  /** The last commit there is. */
  readonly head: number;
  /** The last commit that watchers are told; the others follow in a moment. */
  readonly published: number;
  /** A commit, if it is still in memory. */
  recent(sequence: number): LiveCommit | undefined;
  /** Commits behind `after` from the store; see `Storage.journal`. */
  journal(after: number): Promise<readonly LiveCommit[]>;
  /** Responses that were made since the last news; see {@linkcode SharedPieces}. */
  readonly shared: SharedPieces;
  /** A watcher has ended, one way or the other. Comes once for each. */
  onEnd(watcher: Watcher): void;
  /** A watcher has left out so many events, for newer ones. */
  onConflated(events: number): void;
  /** A watcher has cut its reader. */
  onCut(): void;
}
