import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import type { Change } from "../../rides/domain/commit.ts";
import {
  NotFound,
  OutOfRange,
  ResourceExhausted,
  Unavailable,
} from "../../rides/domain/failure.ts";
import { toE7 } from "../../rides/domain/fix.ts";
import { allCars, CarsInBox, SomeCars } from "../../rides/live/car_scope.ts";
import { CarWatch } from "../../rides/live/car_watch.ts";
import { Feed } from "../../rides/live/feed.ts";
import type { FeedSettings } from "../../rides/live/feed_settings.ts";
import { ResumeTokens } from "../../rides/live/resume_token.ts";
import { watchEncoder } from "../../rides/wire/v1/watch_encoder.ts";
import { eventually } from "../support/eventually.ts";
import { fixAt } from "../support/fixes.ts";
import { JournalStore } from "./support/journal_store.ts";
import { Reader } from "./support/reader.ts";

const all = () => new Reader((feed, token, sink) => feed.watchCars(allCars, token, sink));

Deno.test("Feed - encodes an event once, however many watch", async () => {
  const store = new JournalStore();
  let encoded = 0;
  const change = (change: Change) => (encoded++, watchEncoder.change(change));
  using feed = await open(store, { gatherMs: 0 }, { ...watchEncoder, change });
  const box = new CarsInBox({ south: toE7(50), west: toE7(-1), north: toE7(52), east: toE7(1) });
  const readers = [allCars, new SomeCars([7n, 8n]), box].flatMap((scope) =>
    Array.from(
      { length: 20 },
      () => new Reader((feed, token, sink) => feed.watchCars(scope, token, sink)),
    )
  );
  for (const reader of readers) await reader.watch(feed);
  store.commit([7n, 8n].map((carId) => ({ kind: "fix", fix: fixAt(carId, 1) })));
  await eventually("the events", () => readers.every(({ events }) => events.length === 2));
  equal(encoded, 2);
});

Deno.test("Feed - watchers that have much to tell go on one by one, when others had their turn", async () => {
  const store = new JournalStore();
  for (let carId = 1n; carId <= 6_000n; carId++) store.latest.set(carId, fixAt(carId, 1));
  const waiting: (() => void)[] = [];
  using feed = await open(store, { afterOthers: (goOn) => void waiting.push(goOn) });
  // Nobody is there: what it looks at is all that it does.
  const empty = new CarsInBox({ south: toE7(-9), west: toE7(-9), north: toE7(-8), east: toE7(-8) });
  const readers = [allCars, empty].flatMap((scope) =>
    Array.from(
      { length: 10 },
      () => new Reader((feed, token, sink) => feed.watchCars(scope, token, sink)),
    )
  );
  for (const reader of readers) await reader.watch(feed);
  const told = () => readers.reduce((sum, { responses }) => sum + responses.length, 0);
  await eventually("the first response of each", () => waiting.length === 20);
  equal(told(), 20);
  waiting.shift()!();
  await eventually("its next one", () => waiting.length === 20);
  equal(told(), 21);
  while (waiting.length > 0) {
    waiting.shift()!();
    await Promise.resolve();
  }
  equal(readers.every(({ responses }) => responses.at(-1)?.snapshotComplete), true);
  equal(readers.reduce((sum, { events }) => sum + events.length, 0), 10 * 6_000);
});

Deno.test("Feed - tells fifty of those who watch, has others do theirs, and tells the next", async () => {
  const store = new JournalStore();
  const waiting: (() => void)[] = [];
  using feed = await open(store, { gatherMs: 0, afterOthers: (goOn) => void waiting.push(goOn) });
  const readers = Array.from({ length: 120 }, all);
  for (const reader of readers) await reader.watch(feed);
  const told = () => readers.map(({ events }) => events.length);
  const tell = (second: number) => store.commit([{ kind: "fix", fix: fixAt(7n, second) }]);
  const some = (count: number, events: number) => Array<number>(count).fill(events);
  tell(1);
  await eventually("the first fifty", () => waiting.length === 1);
  deepEqual(told(), [...some(50, 1), ...some(70, 0)]);
  // What happens meanwhile is told to all of them, and nobody twice.
  tell(2);
  readers[119]!.leave();
  waiting.shift()!();
  await eventually("the next fifty", () => waiting.length === 1);
  deepEqual(told(), [...some(100, 1), ...some(20, 0)]);
  waiting.shift()!();
  await eventually("the rest, and the first fifty anew", () => waiting.length === 1);
  deepEqual(told(), [...some(50, 2), ...some(69, 1), 0]);
  await eventually("all of it", () => {
    waiting.shift()?.();
    return told().filter((events) => events === 2).length === 119;
  });
});

Deno.test("Feed - gives fifty of those who were told nothing a new token at a time", async () => {
  const store = new JournalStore();
  const waiting: (() => void)[] = [];
  using feed = await open(store, {
    gatherMs: 0,
    tokenEveryMs: 0,
    afterOthers: (goOn) => void waiting.push(goOn),
  });
  const other = () =>
    new Reader((feed, token, sink) => feed.watchCars(new SomeCars([8n]), token, sink));
  const readers = Array.from({ length: 120 }, other);
  for (const reader of readers) await reader.watch(feed);
  store.commit([{ kind: "fix", fix: fixAt(7n, 1) }]);
  const renewed = () => readers.filter(({ responses }) => responses.length === 2).length;
  for (const count of [50, 100]) {
    await eventually(`the tokens of ${count}`, () => waiting.length === 1);
    equal(renewed(), count);
    waiting.shift()!();
  }
  equal(renewed(), 120);
});

Deno.test("Feed - of watches that are resumed at many places few pieces of the journal are read and held at once", async () => {
  const store = new JournalStore();
  const tokens = new Set<string>();
  const first = all();
  using feed = await open(store);
  await first.watch(feed);
  for (let commits = 0; commits < 60; commits++) {
    drive(store, 1);
    await eventually("it is told", () => first.events.length === commits + 1);
    tokens.add(first.responses.at(-1)!.resumeToken);
  }
  first.leave();
  let reading = 0;
  let most = 0;
  const journal = store.journal.bind(store);
  store.journal = async (after) => {
    most = Math.max(most, ++reading);
    await new Promise((resolve) => setTimeout(resolve));
    reading--;
    return await journal(after);
  };
  const readers = [...tokens].map((token) =>
    new Reader((feed, _, sink) => feed.watchCars(allCars, token, sink))
  );
  for (const reader of readers) await reader.watch(feed);
  const left = readers.splice(20, 20);
  for (const reader of left) reader.leave();
  await eventually(
    "all that they missed",
    () =>
      readers.every(({ events }, index) => events.length === 59 - (index + (index < 20 ? 0 : 20))),
  );
  equal(most, 1);
  // Their turn came when they had left.
  equal(left.every(({ events }) => events.length === 0), true);
});

Deno.test("Feed - a watch that is too old for the journal is out of range", async () => {
  const store = new JournalStore();
  const reader = all();
  {
    using feed = await open(store);
    await reader.watch(feed);
    reader.leave();
  }
  drive(store, 10);
  store.oldest = 5;
  using feed = await open(store);
  await reader.watch(feed);
  const ended = await eventually("the end", () => reader.ended);
  equal(ended.failure?.constructor, OutOfRange);
});

Deno.test("Feed - a reader slower than the journal keeps is RESOURCE_EXHAUSTED", async () => {
  const store = new JournalStore();
  using feed = await open(store, { recentBytes: 1_000 });
  const reader = all();
  await reader.watch(feed);
  reader.stall();
  drive(store, 3);
  await eventually("the first events", () => reader.events.length > 0);
  drive(store, 20);
  store.oldest = 20;
  reader.goOn();
  const ended = await eventually("the end", () => reader.ended);
  equal(ended.failure?.constructor, ResourceExhausted);
  match(ended.failure?.message ?? "", /slower/);
});

Deno.test("Feed - all watches together name so many cars, and have room again when one ends", async () => {
  const store = new JournalStore();
  using feed = await open(store, { maxListedCars: 3 });
  const of = (...carIds: bigint[]) =>
    new Reader((feed, token, sink) => feed.watchCars(new SomeCars(carIds), token, sink));
  const first = of(1n, 2n);
  await first.watch(feed);
  await of(3n).watch(feed);
  await rejects(of(1n).watch(feed), ResourceExhausted);
  await all().watch(feed);
  first.leave();
  await of(4n, 5n).watch(feed);
});

Deno.test("Feed - a watch from after what the store knows is out of range", async () => {
  const store = new JournalStore();
  const reader = all();
  {
    using feed = await open(store);
    drive(store, 3);
    await reader.watch(feed);
    reader.leave();
  }
  store.commits.length = 1; // As a store that was put back from a copy.
  using feed = await open(store);
  await rejects(reader.watch(feed), OutOfRange);
});

Deno.test("Feed - a token of behind more than its commit has holds nobody up", async () => {
  const store = new JournalStore();
  using feed = await open(store);
  drive(store, 2);
  const { key } = new CarWatch(allCars, feed.index, watchEncoder);
  const forged = new ResumeTokens(store.id, key)
    .encode({ cursor: { sequence: 1, offset: 1_000 }, told: { kind: "cars" } });
  const reader = new Reader((feed, _, sink) => feed.watchCars(allCars, forged, sink));
  await reader.watch(feed);
  drive(store, 1);
  await eventually("what comes", () => reader.events.length > 0);
});

Deno.test("Feed - a watcher that is told nothing gets new tokens, which do not grow old", async () => {
  const store = new JournalStore();
  using feed = await open(store, { tokenEveryMs: 1 });
  const reader = new Reader((feed, token, sink) =>
    feed.watchCars(new SomeCars([99n]), token, sink)
  );
  await reader.watch(feed);
  drive(store, 10);
  await eventually("a token", () => reader.responses.length > 1);
  deepEqual(reader.events, []);
  reader.leave();
  store.oldest = store.lastSequence + 1;
  await reader.watch(feed);
  store.commit([{ kind: "fix", fix: fixAt(99n, 1) }]);
  await eventually("the event", () => reader.events.length === 1);
});

Deno.test("Feed - a store that leaves sequences out ends who watches, and goes on for who comes", async () => {
  const store = new JournalStore();
  using feed = await open(store);
  const reader = all();
  await reader.watch(feed);
  drive(store, 3);
  await eventually("the first events", () => reader.events.length === 3);
  store.commit([{ kind: "fix", fix: fixAt(7n, 100) }], 50);
  const ended = await eventually("the end", () => reader.ended);
  equal(ended.failure?.constructor, ResourceExhausted);
  const another = all();
  await another.watch(feed);
  store.commit([{ kind: "fix", fix: fixAt(7n, 101) }]);
  await eventually("the events", () => another.events.length === 2);
});

Deno.test("Feed - says goodbye with a token, and takes no watchers after it", async () => {
  const store = new JournalStore();
  const reader = all();
  {
    using feed = await open(store, { gatherMs: 1_000 });
    await reader.watch(feed);
    await eventually("the beginning", () => reader.responses.length === 1);
    drive(store, 3);
    feed.goodbye();
    equal(reader.ended?.failure?.constructor, Unavailable);
    throws(() => feed.watchCars(allCars, "", NOWHERE), Unavailable);
  }
  equal(reader.events.length, 3);
  reader.leave();
  drive(store, 1);
  using feed = await open(store);
  await reader.watch(feed);
  await eventually("the rest", () => reader.events.length === 4);
});

Deno.test("Feed - a ride that does not exist is NOT_FOUND", async () => {
  using feed = await open(new JournalStore());
  await rejects(feed.watchRide("none", "", NOWHERE), NotFound);
});

const NOWHERE = { write() {}, end() {}, cut() {} };

function open(
  store: JournalStore,
  settings: Partial<FeedSettings> = {},
  encoder = watchEncoder,
): Promise<Feed> {
  store.restart();
  return Feed.open(store, encoder, { gatherMs: 0, ...settings });
}

/** Moves car 7 by so many commits. */
function drive(store: JournalStore, commits: number): void {
  for (let n = 0; n < commits; n++) {
    store.commit([{ kind: "fix", fix: fixAt(7n, store.lastSequence + 1) }]);
  }
}
