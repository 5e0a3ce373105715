import type { Fix, StoredFix } from "../domain/fix.ts";

/** The bytes of one row over all columns. */
const ROW_BYTES = 8 + 8 + 8 + 4 * 5 + 4;

/**
 * Fixes as columns of numbers over one buffer, which moves to another thread without being copied.
 *
 * The wide columns come first, so that each column is aligned.
 */
export class FixColumns implements Disposable {
  readonly buffer: ArrayBuffer;
  /** How many rows there are. */
  rows: number;
  readonly carId: BigInt64Array;
  readonly timeMs: Float64Array;
  readonly receivedMs: Float64Array;
  readonly latE7: Int32Array;
  readonly lngE7: Int32Array;
  readonly speedCmps: Int32Array;
  readonly headingCdeg: Int32Array;
  readonly accuracyCm: Int32Array;
  readonly flags: Int32Array;
  /** The two halves of each car's number, to read it without making a bigint. */
  readonly #carHalves: Int32Array;

  /** @param buffer of another instance, with its number of rows; default a new, empty one */
  constructor(
    capacity: number,
    buffer: ArrayBuffer = new ArrayBuffer(capacity * ROW_BYTES),
    rows: number = 0,
  ) {
    this.buffer = buffer;
    this.rows = rows;
    this.carId = new BigInt64Array(buffer, 0, capacity);
    this.timeMs = new Float64Array(buffer, capacity * 8, capacity);
    this.receivedMs = new Float64Array(buffer, capacity * 16, capacity);
    const narrow = (column: number) =>
      new Int32Array(buffer, capacity * (24 + 4 * column), capacity);
    this.latE7 = narrow(0);
    this.lngE7 = narrow(1);
    this.speedCmps = narrow(2);
    this.headingCdeg = narrow(3);
    this.accuracyCm = narrow(4);
    this.flags = narrow(5);
    this.#carHalves = new Int32Array(buffer, 0, capacity * 2);
  }

  /** Columns from another thread. */
  static of({ buffer, rows }: TransferredColumns): FixColumns {
    return new FixColumns(buffer.byteLength / ROW_BYTES, buffer, rows);
  }

  /** What goes to another thread. */
  get transferred(): TransferredColumns {
    return { buffer: this.buffer, rows: this.rows };
  }

  /** Adds a fix; there has to be room for it. */
  push(fix: Fix, receivedMs: number): void {
    const row = this.rows++;
    this.carId[row] = fix.carId;
    this.timeMs[row] = fix.timeMs;
    this.receivedMs[row] = receivedMs;
    this.latE7[row] = fix.latE7;
    this.lngE7[row] = fix.lngE7;
    this.speedCmps[row] = fix.speedCmps;
    this.headingCdeg[row] = fix.headingCdeg;
    this.accuracyCm[row] = fix.accuracyCm;
    this.flags[row] = 0;
  }

  /** Adds a row of these or other columns; there has to be room for it. */
  pushRow(from: FixColumns, row: number): void {
    const at = this.rows++;
    this.carId[at] = from.carId[row] as bigint;
    this.timeMs[at] = from.timeMs[row] as number;
    this.receivedMs[at] = from.receivedMs[row] as number;
    this.latE7[at] = from.latE7[row] as number;
    this.lngE7[at] = from.lngE7[row] as number;
    this.speedCmps[at] = from.speedCmps[row] as number;
    this.headingCdeg[at] = from.headingCdeg[row] as number;
    this.accuracyCm[at] = from.accuracyCm[row] as number;
    this.flags[at] = from.flags[row] as number;
  }

  /** The car of a row as a key: a number if that is exact, which is cheaper than a bigint. */
  carKey(row: number): CarKey {
    const high = this.#carHalves[row * 2 + 1] as number;
    if (high >>> 21 !== 0) return this.carId[row] as bigint;
    return high * 2 ** 32 + ((this.#carHalves[row * 2] as number) >>> 0);
  }

  /** The fix of a row. */
  at(row: number): StoredFix {
    return {
      carId: this.carId[row] as bigint,
      timeMs: this.timeMs[row] as number,
      latE7: this.latE7[row] as number,
      lngE7: this.lngE7[row] as number,
      speedCmps: this.speedCmps[row] as number,
      headingCdeg: this.headingCdeg[row] as number,
      accuracyCm: this.accuracyCm[row] as number,
      receivedMs: this.receivedMs[row] as number,
      flags: this.flags[row] as number,
    };
  }

  /** @param limit how many of them; default all */
  toFixes(limit = this.rows): StoredFix[] {
    return Array.from({ length: Math.min(limit, this.rows) }, (_, row) => this.at(row));
  }

  /** Gives the memory back at once; V8 would only think of it when there were 32 MB to collect. */
  [Symbol.dispose](): void {
    this.buffer.transfer(0);
  }
}

/** Columns on their way to another thread. */
export interface TransferredColumns {
  readonly buffer: ArrayBuffer;
  readonly rows: number;
}

/** The number of a car: one value for each, so that it can be a key. */
export type CarKey = number | bigint;

/** The key of a car. */
export function toCarKey(carId: bigint): CarKey {
  return carId < 2n ** 53n ? Number(carId) : carId;
}
