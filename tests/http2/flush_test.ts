import { equal } from "node:assert/strict";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { headers, reset } from "./support/frames.ts";
import { SessionHarness, turn } from "./support/session_harness.ts";

Deno.test("session - the answer that the client waits for leaves at once", async () => {
  using harness = new SessionHarness();
  harness.send(headers(1));
  await turn();
  const { written } = harness.transport;
  const before = written.length;
  harness.streams[0]!.respond({}, { endStream: true });
  equal(written.length, before + 1);
});

Deno.test("session - answers leave in one write, the last one at once", async () => {
  using harness = new SessionHarness();
  harness.send(headers(1), headers(3));
  await turn();
  const { written } = harness.transport;
  const before = written.length;
  harness.streams[0]!.respond({}, { endStream: true });
  equal(written.length, before, "another may be about to come");
  harness.streams[1]!.respond({}, { endStream: true });
  equal(written.length, before + 1);
});

Deno.test("session - answers that are ready while requests are read leave in one write", async () => {
  using harness = new SessionHarness({
    onStream: (stream) => stream.respond({}, { endStream: true }),
  });
  await turn();
  const { written } = harness.transport;
  const before = written.length;
  harness.send(headers(1), headers(3), headers(5), reset(5, ErrorCode.CANCEL));
  equal(written.length, before, "more may be about to come");
  await turn();
  equal(written.length, before + 1);
});
