import { deepEqual, equal } from "node:assert/strict";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { eventually } from "../support/eventually.ts";
import { headers } from "./support/frames.ts";
import { SessionHarness, turn } from "./support/session_harness.ts";

const TURN_MS = 5;

/** Keeps the event loop for longer than a turn. */
function work(): void {
  const untilMs = performance.now() + 3 * TURN_MS;
  while (performance.now() < untilMs);
}

const busySession = () => new SessionHarness({ onStream: work, turnMs: TURN_MS });

Deno.test("session - lets the others have their turn in the middle of a chunk", async () => {
  await turn();
  using busy = busySession();
  busy.send(headers(1), headers(3), headers(5));
  equal(busy.transport.paused, true, "the socket is not read");
  equal(busy.requests.length, 1);
  let timers = 0;
  const counting = setInterval(() => timers++);
  await eventually("the socket is read again", () => !busy.transport.paused);
  clearInterval(counting);
  deepEqual(busy.streams.map(({ id }) => id), [1, 3, 5], "nothing is lost or changes places");
  equal(timers >= 1, true, "timers came between");
});

Deno.test("session - keeps what comes while the others have their turn", async () => {
  await turn();
  using busy = busySession();
  busy.send(headers(1));
  busy.send(headers(3));
  equal(busy.requests.length, 1);
  await eventually("the socket is read again", () => !busy.transport.paused);
  deepEqual(busy.streams.map(({ id }) => id), [1, 3]);
});

Deno.test("session - goes on reading while its turn lasts", async () => {
  await turn();
  using quiet = new SessionHarness({ turnMs: 60_000 });
  quiet.send(headers(1), headers(3));
  equal(quiet.transport.paused, false);
  equal(quiet.requests.length, 2);
});

Deno.test("session - hears nothing more after its end in the middle of a chunk", async () => {
  await turn();
  using busy = busySession();
  busy.send(headers(1), headers(3));
  busy.session.destroy(ErrorCode.NO_ERROR);
  equal(busy.transport.paused, false, "unread bytes would reset the connection");
  for (let i = 0; i < 100; i++) await turn();
  equal(busy.requests.length, 1);
});
