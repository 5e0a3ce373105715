/**
 * How a commit is written down: the rides in JSON, since they are few, and the fixes in whole numbers of
 * as few bytes as they need, each as its difference from the fix before it. A fix takes some 12 bytes.
 */
import type { Commit, PlacedChange } from "../domain/commit.ts";
import type { Place, StoredFix } from "../domain/fix.ts";
import type { Ride } from "../domain/ride.ts";
import { ByteReader, ByteWriter } from "./varint.ts";
import type { SentCommit } from "./requests.ts";

/** The first byte; another one is another way of writing. */
const FORMAT = 1;

/** What a fix begins with. */
const CAR = {
  /** Of the car of the fix before it, which is where that car was before. */
  same: 0,
  /** Of another car, of which nothing was known before. */
  fresh: 1,
  /** Of another car, and where that was before. */
  other: 2,
} as const;

/** A change of a ride, as it is written. */
interface WrittenRide {
  readonly ride: Omit<Ride, "carId"> & { readonly carId: string };
  readonly carId: string;
  readonly before?: Place;
}

/** Writes down the changes of one commit. Used again for each. */
export class CommitWriter {
  readonly #fixes = new ByteWriter();
  #fixCount = 0;
  #rides: WrittenRide[] = [];
  #last: StoredFix = ORIGIN;

  get isEmpty(): boolean {
    return this.#fixCount === 0 && this.#rides.length === 0;
  }

  /** Forgets everything. */
  clear(): void {
    this.#fixes.clear();
    this.#fixCount = 0;
    this.#rides = [];
    this.#last = ORIGIN;
  }

  /** Adds a change of a ride of a car, which was at `before` then. */
  ride(ride: Ride, carId: bigint, before: Place | undefined): void {
    this.#rides.push({
      ride: { ...ride, carId: String(ride.carId) },
      carId: String(carId),
      ...before ? { before: placeOf(before) } : {},
    });
  }

  /** Adds the latest fix of a car, which was at `before` until then. Those of a car come in a row. */
  fix(fix: StoredFix, before: Place | undefined): void {
    const bytes = this.#fixes;
    const last = this.#last;
    if (fix.carId === last.carId) bytes.unsigned(CAR.same);
    else {
      bytes.unsigned(before ? CAR.other : CAR.fresh);
      bytes.bigint(fix.carId);
      if (before) {
        bytes.signed(before.latE7);
        bytes.signed(before.lngE7);
      }
    }
    bytes.signed(fix.timeMs - last.timeMs);
    bytes.signed(fix.receivedMs - fix.timeMs);
    bytes.signed(fix.latE7 - last.latE7);
    bytes.signed(fix.lngE7 - last.lngE7);
    bytes.signed(fix.speedCmps - last.speedCmps);
    bytes.signed(fix.headingCdeg - last.headingCdeg);
    bytes.signed(fix.accuracyCm - last.accuracyCm);
    bytes.unsigned(fix.flags);
    this.#last = fix;
    this.#fixCount++;
  }

  /** What was told since it was cleared. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const rides = this.#rides.length === 0
      ? NO_BYTES
      : new TextEncoder().encode(JSON.stringify(this.#rides));
    const head = new ByteWriter(32);
    head.unsigned(FORMAT);
    head.unsigned(rides.length);
    head.unsigned(this.#fixCount);
    const fixes = this.#fixes.bytes;
    const body = new Uint8Array(head.bytes.length + rides.length + fixes.length);
    body.set(head.bytes);
    body.set(rides, head.bytes.length);
    body.set(fixes, head.bytes.length + rides.length);
    return body;
  }
}

const NO_BYTES = new Uint8Array(0);

/** What the first fix of a commit is the difference from. */
const ORIGIN: StoredFix = {
  carId: 0n,
  timeMs: 0,
  latE7: 0,
  lngE7: 0,
  speedCmps: 0,
  headingCdeg: 0,
  accuracyCm: 0,
  receivedMs: 0,
  flags: 0,
};

/**
 * Reads what a {@linkcode CommitWriter} wrote: the rides, then the fixes, each car's by their time.
 *
 * @throws {TypeError} if it was written in another way
 */
export function readCommit({ sequence, body }: SentCommit): Commit {
  const format = new ByteReader(body).unsigned();
  if (format !== FORMAT) throw new TypeError(`Commit ${sequence} is written in format ${format}`);
  return new WrittenCommit(sequence, body);
}

/** A commit that is decoded as far as it is asked for; without watchers, only the latest fixes are. */
class WrittenCommit implements Commit {
  #changes: readonly PlacedChange[] | undefined;

  constructor(readonly sequence: number, private readonly body: Uint8Array) {}

  get changes(): readonly PlacedChange[] {
    return this.#changes ??= readChanges(this.body);
  }

  get latest(): readonly StoredFix[] {
    return readLatest(this.body);
  }
}

function readChanges(body: Uint8Array): PlacedChange[] {
  const { bytes, rides, fixCount } = readHead(body);
  const changes = rides.length === 0 ? [] : readRides(rides);
  const fix: Numbers = { ...ORIGIN };
  for (let n = 0; n < fixCount; n++) {
    const car = bytes.unsigned();
    if (car !== CAR.same) fix.carId = bytes.bigint();
    const before = car === CAR.other
      ? { latE7: bytes.signed(), lngE7: bytes.signed() }
      : car === CAR.same
      ? placeOf(fix)
      : undefined;
    goOn(fix, bytes);
    changes.push({ kind: "fix", fix: { ...fix }, carId: fix.carId, before });
  }
  return changes;
}

/** Makes no objects for the fixes before the last one of a car. */
function readLatest(body: Uint8Array): StoredFix[] {
  const { bytes, fixCount } = readHead(body);
  const latest: StoredFix[] = [];
  const fix: Numbers = { ...ORIGIN };
  for (let n = 0; n < fixCount; n++) {
    const car = bytes.unsigned();
    if (car !== CAR.same) {
      if (n > 0) latest.push({ ...fix });
      fix.carId = bytes.bigint();
    }
    if (car === CAR.other) {
      bytes.signed();
      bytes.signed();
    }
    goOn(fix, bytes);
  }
  if (fixCount > 0) latest.push({ ...fix });
  return latest;
}

function readHead(body: Uint8Array) {
  const bytes = new ByteReader(body);
  bytes.unsigned(); // the format
  const rideBytes = bytes.unsigned();
  const fixCount = bytes.unsigned();
  return { bytes, rides: bytes.take(rideBytes), fixCount };
}

function readRides(bytes: Uint8Array): PlacedChange[] {
  const changes: WrittenRide[] = JSON.parse(new TextDecoder().decode(bytes));
  return changes.map(({ ride, carId, before }) => ({
    kind: "ride",
    ride: { ...ride, carId: BigInt(ride.carId) },
    carId: BigInt(carId),
    before,
  }));
}

/** A fix whose numbers are overwritten with those of the next one. */
type Numbers = { -readonly [Name in keyof StoredFix]: StoredFix[Name] };

function goOn(fix: Numbers, bytes: ByteReader): void {
  fix.timeMs += bytes.signed();
  fix.receivedMs = fix.timeMs + bytes.signed();
  fix.latE7 += bytes.signed();
  fix.lngE7 += bytes.signed();
  fix.speedCmps += bytes.signed();
  fix.headingCdeg += bytes.signed();
  fix.accuracyCm += bytes.signed();
  fix.flags = bytes.unsigned();
}

function placeOf({ latE7, lngE7 }: Place): Place {
  return { latE7, lngE7 };
}
