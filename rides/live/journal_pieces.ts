import type { Commit } from "../domain/commit.ts";
import { type LiveCommit, toLive } from "./recent_commits.ts";

/** How many pieces are kept: some MB each. */
const PIECES_KEPT = 4;

/** A journal; see `Storage.journal`. */
interface Journal {
  journal(after: number): Promise<readonly Commit[]>;
}

/**
 * Pieces of a journal, the last few of them kept, for all watchers: after a restart they resume at about the
 * same place, and read, and have encoded, the same.
 *
 * One is read at a time, since making events of it takes milliseconds, and those take memory.
 */
export class JournalPieces {
  #pieces: (readonly LiveCommit[])[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** @param afterOthers has all others have their turn between two pieces */
  constructor(
    private readonly store: Journal,
    private readonly afterOthers: (goOn: () => void) => void,
  ) {}

  /** The commit of that sequence; none if no piece has it. */
  get(sequence: number): LiveCommit | undefined {
    for (const piece of this.#pieces) {
      const commit = piece[sequence - piece[0]!.sequence];
      if (commit) return commit;
    }
    return undefined;
  }

  /**
   * Has {@linkcode get} know the commits behind `after`, at least one where there are any; they may be gone
   * when others have had their turn.
   *
   * @param isWanted is asked when the others before it are read
   */
  read(after: number, isWanted: () => boolean): Promise<void> {
    const read = this.#last.then(() => isWanted() ? this.#read(after) : undefined);
    this.#last = read.catch(() => {}).then(() => new Promise<void>(this.afterOthers));
    return read;
  }

  clear(): void {
    this.#pieces = [];
  }

  async #read(after: number): Promise<void> {
    if (this.get(after + 1)) return;
    const commits = await this.store.journal(after);
    if (commits.length === 0) return;
    // When they came is not known, and long ago.
    this.#pieces.push(commits.map((commit) => toLive(commit, -Infinity)));
    if (this.#pieces.length > PIECES_KEPT) this.#pieces.shift();
  }
}
