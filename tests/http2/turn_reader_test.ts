import { deepEqual, equal } from "node:assert/strict";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { eventually } from "../support/eventually.ts";
import { LEAST_FRAMES } from "../../rides/http2/turn_reader.ts";
import { headers } from "./support/frames.ts";
import { SessionHarness, turn } from "./support/session_harness.ts";

const TURN_MS = 1;

/** Keeps the event loop for longer than a turn. */
function work(): void {
  const untilMs = performance.now() + 3 * TURN_MS;
  while (performance.now() < untilMs);
}

/** Requests that are more than a turn takes, however long each of them is. */
const IDS = Array.from({ length: LEAST_FRAMES + 2 }, (_, index) => 2 * index + 1);
const requests = () => IDS.map((id) => headers(id));

const busySession = () => new SessionHarness({ onStream: work, turnMs: TURN_MS });

Deno.test("session - lets the others have their turn in the middle of a chunk", async () => {
  using busy = busySession();
  await turn();
  busy.send(...requests());
  equal(busy.transport.paused, true, "the socket is not read");
  equal(busy.requests.length, LEAST_FRAMES);
  let timers = 0;
  const counting = setInterval(() => timers++);
  await eventually("the socket is read again", () => !busy.transport.paused);
  clearInterval(counting);
  deepEqual(busy.streams.map(({ id }) => id), IDS, "nothing is lost or changes places");
  equal(timers >= 1, true, "timers came between");
});

Deno.test("session - whoever says little says it within one turn, however late that is", async () => {
  using late = new SessionHarness({ turnMs: -1 });
  await turn();
  late.send(...requests().slice(0, LEAST_FRAMES - 1));
  equal(late.transport.paused, false);
  equal(late.requests.length, LEAST_FRAMES - 1);
});

Deno.test("session - keeps what comes while the others have their turn", async () => {
  using busy = busySession();
  await turn();
  const all = requests();
  busy.send(...all.slice(0, LEAST_FRAMES));
  busy.send(...all.slice(LEAST_FRAMES));
  equal(busy.requests.length, LEAST_FRAMES);
  await eventually("the socket is read again", () => !busy.transport.paused);
  deepEqual(busy.streams.map(({ id }) => id), IDS);
});

Deno.test("session - goes on reading while its turn lasts", async () => {
  await turn();
  using quiet = new SessionHarness({ turnMs: 60_000 });
  quiet.send(headers(1), headers(3));
  equal(quiet.transport.paused, false);
  equal(quiet.requests.length, 2);
});

Deno.test("session - reads chunks one after another, though each takes several turns", async () => {
  const ids = Array.from({ length: 8 * LEAST_FRAMES }, (_, index) => 2 * index + 1);
  using late = new SessionHarness({ turnMs: -1 });
  await turn();
  for (let at = 0; at < ids.length; at += 4 * LEAST_FRAMES) {
    late.send(...ids.slice(at, at + 4 * LEAST_FRAMES).map((id) => headers(id)));
  }
  await eventually("all is read", () => late.requests.length === ids.length);
  deepEqual(late.streams.map(({ id }) => id), ids);
});

Deno.test("session - hears nothing more after its end in the middle of a chunk", async () => {
  using busy = busySession();
  await turn();
  busy.send(...requests());
  busy.session.destroy(ErrorCode.NO_ERROR);
  equal(busy.transport.paused, false, "unread bytes would reset the connection");
  for (let i = 0; i < 100; i++) await turn();
  equal(busy.requests.length, LEAST_FRAMES);
});
