/** What knows where it is in its list; negative: in none. */
export interface Placed {
  place: number;
}

/**
 * A list of what comes and goes, in no order. Not a `Set`: if that lives long, V8 keeps all that were in it until
 * a full collection (see `stream_table.ts`).
 */
export class PlaceList<Member extends Placed> {
  readonly #members: Member[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** Those that are in it now: adding and deleting changes nothing in it. */
  all(): readonly Member[] {
    return [...this.#members];
  }

  /** Those that are in it; adding and deleting change it. */
  [Symbol.iterator](): Iterator<Member> {
    return this.#members[Symbol.iterator]();
  }

  add(member: Member): void {
    member.place = this.#members.push(member) - 1;
  }

  /** Takes it out, if it is in it. */
  delete(member: Member): void {
    const { place } = member;
    if (place < 0) return;
    member.place = -1;
    const last = this.#members.pop()!;
    if (last === member) return;
    last.place = place;
    this.#members[place] = last;
  }
}
