import type { Cursor } from "./resume_token.ts";
import type { Subject } from "./subject.ts";

/** A response, and where whoever was sent it stands then. */
export interface SharedPiece {
  readonly message: Uint8Array;
  readonly next: Cursor;
}

/** How many are kept: at 32 KiB each, 8 MiB. */
const MOST = 256;

/**
 * Responses that are made once for all who watch the same cars and are at the same place, which is nearly
 * everybody. Forgotten when there is news, and when resumed watches of many different cars make too many of
 * them.
 */
export class SharedPieces {
  #pieces = new Map<string, SharedPiece>();

  find(subject: Subject, from: Cursor): SharedPiece | undefined {
    // Where the cars are not all told, what is to be told depends on more than the place.
    if (this.#pieces.size === 0 || subject.told.kind !== "cars") return undefined;
    return this.#pieces.get(keyOf(subject, from));
  }

  add(subject: Subject, from: Cursor, piece: SharedPiece): void {
    if (this.#pieces.size === MOST) this.clear();
    this.#pieces.set(keyOf(subject, from), piece);
  }

  clear(): void {
    if (this.#pieces.size > 0) this.#pieces = new Map();
  }
}

function keyOf({ key }: Subject, { sequence, offset }: Cursor): string {
  return `${sequence} ${offset} ${key}`;
}
