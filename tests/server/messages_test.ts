import { deepEqual } from "node:assert/strict";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { ServerReadableStream } from "@grpc/grpc-js";
import { forEachMessage } from "../../rides/server/services/messages.ts";

Deno.test("forEachMessage - ends when the last message is taken, though the client has ended before", async () => {
  const stream = new Readable({ objectMode: true, read() {} });
  for (const message of [1, 2, 3, null]) stream.push(message);
  const taken: number[] = [];
  await forEachMessage(
    stream as Readable & ServerReadableStream<number, unknown>,
    async (message) => {
      await setTimeout(1);
      taken.push(message);
    },
  );
  deepEqual(taken, [1, 2, 3]);
});
