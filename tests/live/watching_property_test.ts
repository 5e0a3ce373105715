import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Change, PlacedChange } from "../../rides/domain/commit.ts";
import { toE7 } from "../../rides/domain/fix.ts";
import { unobservedFeed } from "../../rides/domain/observers.ts";
import { changed, type Ride } from "../../rides/domain/ride.ts";
import { isFinal, type RideAction, TRANSITIONS } from "../../rides/domain/ride_state.ts";
import { allCars, type CarScope, CarsInBox, SomeCars } from "../../rides/live/car_scope.ts";
import { Feed } from "../../rides/live/feed.ts";
import type { FeedSettings } from "../../rides/live/feed_settings.ts";
import { watchEncoder } from "../../rides/wire/v1/watch_encoder.ts";
import { checkAsyncProperty } from "../support/property.ts";
import { fixAt } from "../support/fixes.ts";
import { JournalStore } from "./support/journal_store.ts";
import { Reader } from "./support/reader.ts";

const CARS = 6;
const RIDES = 3;

/** Crosses the antimeridian; some of the places below are in it, some on its edge. */
const BOX = new CarsInBox({ south: toE7(-10), west: toE7(170), north: toE7(10), east: toE7(-170) });
const PLACES = [[0, 175], [0, -175], [10, 180], [0, 0], [50, 175], [-10, -170], [0, 169]] as const;

const SCOPES: readonly CarScope[] = [allCars, new SomeCars([2n, 3n, 99n]), BOX];

/** One of the things that happen. */
type Step =
  | { readonly kind: "commit"; readonly changes: readonly Draft[] }
  /** Others have their turn. */
  | { readonly kind: "wait" }
  | { readonly kind: "stall" | "go on"; readonly reader: number }
  /** A reader loses its connection with what it has not handled, and resumes. */
  | { readonly kind: "resume"; readonly reader: number; readonly handled: number }
  /** The process is another one; every reader resumes. */
  | { readonly kind: "restart" };

type Draft =
  | { readonly car: number; readonly place: number }
  | { readonly ride: number; readonly action: number };

const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ car: fc.nat(CARS - 1), place: fc.nat(PLACES.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ ride: fc.nat(RIDES - 1), action: fc.nat(3) }) },
);

const reader = fc.nat(SCOPES.length + RIDES - 1);

const commit: fc.Arbitrary<Step & { kind: "commit" }> = fc.record({
  kind: fc.constant("commit"),
  changes: fc.array(draft, { minLength: 1, maxLength: 12 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: commit },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("stall", "go on"), reader }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("resume"), reader, handled: fc.nat(6) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart") }) },
);

/** What happens before anybody watches, who is slow from the start, and what happens then. */
const story = fc.record({
  before: fc.array(commit, { maxLength: 3 }),
  stalled: fc.uniqueArray(reader),
  steps: fc.array(step, { maxLength: 40 }),
});

type Story = typeof story extends fc.Arbitrary<infer Value> ? Value : never;

/** Small pieces, and a memory of a few commits: what happens to large feeds happens to this one. */
const SMALL: Partial<FeedSettings> = {
  gatherMs: 0,
  pieceBytes: 120,
  recentBytes: 6_000,
  afterOthers: queueMicrotask,
};

/** A feed and its readers, and all that happens to them. */
class Scene {
  readonly store = new JournalStore();
  readonly readers: readonly Reader[];
  /** How many events were left out. */
  conflated = 0;
  /** The last commit before they began to watch, and the rides as they were then. */
  start = 0;
  ridesAtStart: readonly Ride[] = [];
  #feed: Feed | undefined;
  #nowMs = 1_000;

  constructor(private readonly settings: Partial<FeedSettings>) {
    const rides = Array.from({ length: RIDES }, (_, ride) => rideOf(ride));
    for (const ride of rides) this.store.rides.set(ride.id, ride);
    this.readers = [
      ...SCOPES.map((scope) =>
        new Reader((feed, token, sink) => feed.watchCars(scope, token, sink))
      ),
      ...rides.map(({ id }) =>
        new Reader((feed, token, sink) => feed.watchRide(id, token, sink), "ride")
      ),
    ];
  }

  /** The changes since then. */
  get changes(): readonly PlacedChange[] {
    return this.store.history.flatMap(({ sequence, change }) =>
      sequence > this.start ? [change] : []
    );
  }

  async begin(): Promise<void> {
    this.start = this.store.lastSequence;
    this.ridesAtStart = [...this.store.rides.values()];
    await this.open();
  }

  async open(): Promise<void> {
    const onConflated = (events: number) => void (this.conflated += events);
    const observer = { ...unobservedFeed, onConflated };
    this.#feed = await Feed.open(this.store, watchEncoder, this.settings, observer);
    for (const reader of this.readers) await reader.watch(this.#feed);
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case "commit":
        return this.store.commit(this.#changes(step.changes));
      case "wait":
        return await turns(2);
      case "stall":
        return this.readers[step.reader]?.stall();
      case "go on":
        return this.readers[step.reader]?.goOn();
      case "resume":
        this.readers[step.reader]?.leave(step.handled);
        return await this.readers[step.reader]?.watch(this.#feed!);
      case "restart":
        for (const reader of this.readers) reader.leave();
        this.close();
        return await this.open();
    }
  }

  /** Lets everybody read to the end. */
  async finish(): Promise<void> {
    for (const reader of this.readers) reader.goOn();
    await turns(12);
  }

  close(): void {
    this.#feed?.[Symbol.dispose]();
    this.store.restart();
  }

  *#changes(drafts: readonly Draft[]): Generator<Change> {
    for (const draft of drafts) yield this.#change(draft);
  }

  #change(draft: Draft): Change {
    this.#nowMs++;
    if ("car" in draft) {
      const [lat, lng] = PLACES[draft.place]!;
      return { kind: "fix", fix: fixAt(BigInt(draft.car + 1), this.#nowMs, { lat, lng }) };
    }
    const ride = this.store.rides.get(rideOf(draft.ride).id)!;
    const actions = Object.keys(TRANSITIONS[ride.state]) as RideAction[];
    const action = actions[draft.action % actions.length];
    if (!action) return { kind: "fix", fix: fixAt(1n, this.#nowMs) };
    const change = action === "assign"
      ? { action, carId: BigInt(draft.ride + 1), driverId: "John Doe" }
      : { action };
    return { kind: "ride", ride: changed(ride, change, this.#nowMs) };
  }
}

Deno.test("Feed - tells a reader that keeps up everything once, through stalls and resumes", async () => {
  await checkAsyncProperty(fc.asyncProperty(story, async (story) => {
    const scene = new Scene({ ...SMALL, conflateAfterMs: Infinity });
    try {
      await play(scene, story);
      SCOPES.forEach((scope, at) => {
        const told = scene.readers[at]!.events;
        const due = scene.changes.filter((change) => scope.concerns(change));
        deepEqual(revisions(told), revisions(due));
        const concerned = scene.store.history.map(({ change }) => change)
          .filter((change) => scope.concerns(change));
        for (const [car, times] of timesByCar(told)) {
          // A car is told first as it was when its turn in the snapshot came.
          const all = timesByCar(concerned).get(car) ?? [];
          deepEqual(times, all.slice(all.length - times.length), `car ${car}`);
        }
        checkLast(scope, scene, told);
      });
    } finally {
      scene.close();
    }
  }));
});

Deno.test("Feed - tells a reader that is late every change of a ride, and of positions the newest", async () => {
  let conflated = 0;
  await checkAsyncProperty(fc.asyncProperty(story, async (story) => {
    const scene = new Scene({ ...SMALL, conflateAfterMs: 0 });
    try {
      await play(scene, story);
      SCOPES.forEach((scope, at) => {
        const told = scene.readers[at]!.events;
        const due = scene.changes.filter((change) => scope.concerns(change));
        deepEqual(revisions(told), revisions(due));
        for (const times of timesByCar(told).values()) {
          deepEqual(times, [...new Set(times)].sort((a, b) => a - b));
        }
        checkLast(scope, scene, told);
      });
      conflated += scene.conflated;
    } finally {
      scene.close();
    }
  }));
  ok(conflated > 0, "some events were left out");
});

Deno.test("Feed - tells of a ride its changes, and positions while it is ACTIVE, to its end", async () => {
  await checkAsyncProperty(fc.asyncProperty(story, async (story) => {
    const scene = new Scene({ ...SMALL, conflateAfterMs: Infinity });
    try {
      await play(scene, story);
      for (let ride = 0; ride < RIDES; ride++) {
        const reader = scene.readers[SCOPES.length + ride]!;
        deepEqual(reader.events.map(nameOf), dueOfRide(scene, ride));
        const isOver = isFinal(scene.store.rides.get(rideOf(ride).id)!.state);
        deepEqual(reader.ended, isOver ? { failure: undefined } : undefined);
      }
    } finally {
      scene.close();
    }
  }));
});

async function play(scene: Scene, { before, stalled, steps }: Story): Promise<void> {
  for (const step of before) await scene.do(step);
  for (const reader of stalled) scene.readers[reader]!.stall();
  await scene.begin();
  for (const step of steps) await scene.do(step);
  await scene.finish();
}

/** What a reader knows in the end is how it is. */
function checkLast(scope: CarScope, { store }: Scene, told: readonly Change[]): void {
  const last = new Map(
    told.flatMap((change) =>
      change.kind === "fix" ? [[change.fix.carId, change.fix] as const] : []
    ),
  );
  for (const latest of store.latest.values()) {
    const known = last.get(latest.carId);
    if (scope.has(latest)) equal(known?.timeMs, latest.timeMs, `car ${latest.carId}`);
    else ok(!known || !scope.has(known), `car ${latest.carId} has left`);
  }
}

/** What whoever watches a ride is to be told. */
function dueOfRide({ ridesAtStart, changes }: Scene, ride: number): string[] {
  let now = ridesAtStart[ride]!;
  const due = [nameOf({ kind: "ride", ride: now })];
  for (const change of changes) {
    if (change.kind === "fix") {
      if (now.state === "ACTIVE" && change.carId === now.carId) due.push(nameOf(change));
    } else if (change.ride.id === now.id) {
      now = change.ride;
      due.push(nameOf(change));
    }
  }
  return due;
}

function timesByCar(changes: readonly Change[]): Map<bigint, number[]> {
  const times = new Map<bigint, number[]>();
  for (const change of changes) {
    if (change.kind !== "fix") continue;
    const { carId, timeMs } = change.fix;
    times.set(carId, [...times.get(carId) ?? [], timeMs]);
  }
  return times;
}

function revisions(changes: readonly Change[]): string[] {
  return changes.filter(({ kind }) => kind === "ride").map(nameOf);
}

function nameOf(change: Change): string {
  return change.kind === "ride"
    ? `${change.ride.id} ${change.ride.state} ${change.ride.revision}`
    : `${change.fix.carId}@${change.fix.timeMs}`;
}

function rideOf(ride: number): Ride {
  return {
    id: `ride-${ride}`,
    state: "REQUESTED",
    type: "REGULAR",
    carId: 0n,
    driverId: "",
    passengersIds: ["M"],
    createMs: 1,
    distanceMicrometers: 0,
    positionCount: 0,
    revision: 1,
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve));
}
