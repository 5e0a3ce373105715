import { equal } from "node:assert/strict";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { headers } from "./support/frames.ts";
import { SessionHarness, turn } from "./support/session_harness.ts";

/** Keeps the event loop for longer than one turn may read. */
function work(): void {
  const untilMs = performance.now() + 15;
  while (performance.now() < untilMs);
}

const nextTimers = () => new Promise((resolve) => setTimeout(resolve, 20));

Deno.test("session - lets the others have their turn when it has read for long", async () => {
  await turn();
  using busy = new SessionHarness({ onStream: work });
  busy.send(headers(1));
  equal(busy.transport.paused, true, "the socket is not read");
  await nextTimers();
  equal(busy.transport.paused, false, "after the timers");
});

Deno.test("session - goes on reading while its turn lasts", async () => {
  await turn();
  using quiet = new SessionHarness();
  quiet.send(headers(1));
  equal(quiet.transport.paused, false);
});

Deno.test("session - reads the rest of what a peer sent after the end", async () => {
  await turn();
  using busy = new SessionHarness({ onStream: work });
  busy.send(headers(1));
  busy.session.destroy(ErrorCode.NO_ERROR);
  equal(busy.transport.paused, false, "unread bytes would reset the connection");
  await nextTimers();
});
