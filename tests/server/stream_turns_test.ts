import { ok } from "node:assert/strict";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers";
import type { ServerReadableStream } from "@grpc/grpc-js";
import { forEachMessage } from "../../rides/server/services/messages.ts";

/** Of each of three streams, all of them at hand. */
const MESSAGES = 5_000;

Deno.test("StreamTurns - those that have waited share the room, and the event loop with others", async () => {
  const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
  const handled = [0, 0, 0];
  const atEnd: number[][] = [];
  let inTurn = 0;
  let most = 0;
  const take = (stream: number) => {
    handled[stream]!++;
    if (handled[stream] === 1) return room;
    if (inTurn++ === 0) setImmediate(() => inTurn = 0);
    most = Math.max(most, inTurn);
  };
  const all = Promise.all(handled.map(async (_, stream) => {
    await forEachMessage(streamOf(MESSAGES), () => take(stream));
    atEnd.push([...handled]);
  }));
  makeRoom();
  await all;
  ok(Math.min(...atEnd[0]!) > MESSAGES / 2, `when one had ended, they had handled ${atEnd[0]}`);
  ok(most < 1_000, `${most} messages were handled before others had their turn`);
});

/** What streams of grpc-js are, with everything at hand and no connection that takes a turn to bring it. */
function streamOf(messages: number): ServerReadableStream<number, unknown> {
  const stream = Readable.from(Array.from({ length: messages }, (_, n) => n));
  return stream as Readable & ServerReadableStream<number, unknown>;
}
