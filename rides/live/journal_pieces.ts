import type { Commit } from "../domain/commit.ts";
import { type LiveCommit, toLive } from "./recent_commits.ts";

/** How many pieces are kept. */
const PIECES_KEPT = 4;

/** A journal; see `Storage.journal`. */
interface Journal {
  journal(after: number): Promise<readonly Commit[]>;
}

/**
 * Pieces of a journal, the last few of them kept: after a restart all watchers resume at about the same
 * place, and read, and have encoded, the same.
 */
export class JournalPieces {
  #pieces: { readonly after: number; readonly piece: Promise<readonly LiveCommit[]> }[] = [];

  constructor(private readonly store: Journal) {}

  /** The commits behind `after`: some of them, at least one where there are any. */
  read(after: number): Promise<readonly LiveCommit[]> {
    const known = this.#pieces.find((piece) => piece.after === after);
    if (known) return known.piece;
    const piece = this.store.journal(after).then((commits) =>
      // When they came is not known, and long ago.
      commits.map((commit) => toLive(commit, -Infinity))
    );
    const kept = { after, piece };
    this.#pieces.push(kept);
    if (this.#pieces.length > PIECES_KEPT) this.#pieces.shift();
    piece.catch(() => this.#pieces = this.#pieces.filter((other) => other !== kept));
    return piece;
  }

  clear(): void {
    this.#pieces = [];
  }
}
