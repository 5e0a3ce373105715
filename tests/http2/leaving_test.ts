/** What becomes of the streams of peers who leave in the middle of them. */
import { ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { setImmediate } from "node:timers";
import { createServer } from "../../rides/http2/mod.ts";
import type { Http2Stream } from "../../rides/http2/node_session.ts";
import { eventually } from "../support/eventually.ts";
import { headers, PREFACE, settings, SETTINGS_ACK } from "./support/frames.ts";

const PEERS = 5;
const STREAMS = 10;
/** What the end of a stream takes here: those of one peer take a turn and more. */
const WORK_MS = 1;

/** The steps of the event loop, as long as it is not disposed of. */
class Steps implements Disposable {
  count = 0;
  #isOver = false;

  constructor() {
    this.#step();
  }

  #step(): void {
    this.count++;
    if (!this.#isOver) setImmediate(() => this.#step());
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }
}

Deno.test("server - the streams of peers who leave together end by peers, others between", async () => {
  const server = createServer();
  const opened: Http2Stream[] = [];
  const closedAt = new Map<unknown, Set<number>>();
  using steps = new Steps();
  server.on("stream", (stream: Http2Stream) => {
    opened.push(stream);
    stream.on("close", () => {
      const at = closedAt.get(stream.session) ?? new Set();
      closedAt.set(stream.session, at.add(steps.count));
      const until = performance.now() + WORK_MS;
      while (performance.now() < until);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const peers = Array.from({ length: PEERS }, () => net.connect(port, "127.0.0.1"));
  for (const peer of peers) {
    const requests = Array.from({ length: STREAMS }, (_, index) => headers(2 * index + 1));
    peer.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, ...requests]));
  }
  await eventually("all streams are open", () => opened.length === PEERS * STREAMS);

  for (const peer of peers) peer.destroy();
  await eventually("all of them are closed", () => opened.every(({ closed }) => closed));
  const times = [...closedAt.values()].map((at) => [...at]);
  ok(times.every((at) => at.length === 1), "those of one peer end together");
  const sorted = times.flat().sort((one, other) => one - other);
  const between = sorted.slice(1).map((step, index) => step - sorted[index]!);
  // Deno asks the system for news of the other sockets every 61 steps.
  ok(between.every((count) => count > 61), `${between} steps between those of different peers`);
  server.close();
  await once(server, "close");
});
