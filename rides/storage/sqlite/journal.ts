import type { DatabaseSync } from "node:sqlite";
import { OutOfRange } from "../../domain/failure.ts";
import type { SentCommit } from "../requests.ts";
import { Statement } from "./statement.ts";

type CommitRow = readonly [sequence: number, body: Uint8Array<ArrayBuffer>];

/** How many bytes of commits are read at once, and how many commits. */
const PIECE_BYTES = 256 * 1024;
const PIECE_COMMITS = 500;

/** The table of the last commits. */
export class Journal {
  readonly #append: Statement;
  readonly #oldest: Statement<readonly [sequence: number, bytes: number]>;
  readonly #remove: Statement;
  readonly #read: Statement<CommitRow>;
  readonly #size: Statement<readonly [number | null]>;
  readonly #first: Statement<readonly [number | null]>;
  /** What the bodies take together. */
  #bytes = 0;

  /** @param maxBytes what the bodies may take together; the last one is always kept */
  constructor(database: DatabaseSync, readonly maxBytes: number) {
    const prepare = <Row extends readonly (number | null)[]>(sql: string) =>
      new Statement<Row>(database, sql);
    this.#append = prepare("INSERT INTO journal VALUES (?, ?)");
    this.#oldest = prepare(
      "SELECT sequence, length(body) FROM journal ORDER BY sequence LIMIT 100",
    );
    this.#remove = prepare("DELETE FROM journal WHERE sequence <= ?");
    this.#read = new Statement(
      database,
      `SELECT sequence, body FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ${PIECE_COMMITS}`,
    );
    this.#size = prepare("SELECT sum(length(body)) FROM journal");
    this.#first = prepare("SELECT min(sequence) FROM journal");
    this.recount();
  }

  /** The first commit that is kept; none where there is none. */
  get first(): number | undefined {
    return this.#first.get()?.[0] ?? undefined;
  }

  /** Counts the bytes again, after a transaction was rolled back. */
  recount(): void {
    this.#bytes = this.#size.get()?.[0] ?? 0;
  }

  /** Adds a commit, and removes the oldest that there is no more room for. */
  append({ sequence, body }: SentCommit): void {
    this.#append.run(sequence, body);
    this.#bytes += body.length;
    while (this.#bytes > this.maxBytes) {
      if (!this.#removeOldest(sequence)) return;
    }
  }

  /** Removes some of the oldest commits before `last`; answers whether there were any. */
  #removeOldest(last: number): boolean {
    let removed: number | undefined;
    for (const [sequence, bytes] of this.#oldest.all()) {
      if (sequence === last || this.#bytes <= this.maxBytes) break;
      this.#bytes -= bytes;
      removed = sequence;
    }
    if (removed === undefined) return false;
    this.#remove.run(removed);
    return true;
  }

  /**
   * The commits after `after`, in order, as many as a piece holds.
   *
   * @param last the sequence of the last commit
   * @throws {OutOfRange} if some of them are no longer kept, or `after` is yet to come
   */
  read(after: number, last: number): SentCommit[] {
    if (after > last) {
      throw new OutOfRange(`There is no commit ${after} yet: the last one is ${last}`);
    }
    const commits: SentCommit[] = [];
    let bytes = 0;
    for (const [sequence, body] of this.#read.all(after)) {
      // If a copy of the file was put back, commits are missing in between.
      if (sequence !== after + 1 + commits.length) break;
      if (bytes > 0 && bytes + body.length > PIECE_BYTES) break;
      commits.push({ sequence, body });
      bytes += body.length;
    }
    if (commits.length === 0 && after < last) {
      throw new OutOfRange(`The commits behind ${after} are no longer kept; begin anew`);
    }
    return commits;
  }
}
