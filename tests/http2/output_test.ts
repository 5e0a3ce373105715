import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { Output } from "../../rides/http2/output.ts";
import { turn } from "./support/session_harness.ts";

Deno.test("output - a buffer is used again only when its write has succeeded", async () => {
  const used: ArrayBufferLike[] = [];
  const writeOne = async (error: Error | null): Promise<void> => {
    const sink = {
      write(bytes: Buffer, done: (error: Error | null) => void): void {
        used.push(bytes.buffer);
        done(error);
      },
    };
    new Output(sink, { onWritten() {} }).reserve(20_000);
    await turn();
  };
  await writeOne(new Error("reset"));
  await writeOne(null);
  await writeOne(null);
  assert.notEqual(used[0], used[1]);
  assert.equal(used[1], used[2]);
});

Deno.test("output - what comes while the socket is busy leaves in one write after it", async () => {
  const writes: { readonly length: number; readonly done: () => void }[] = [];
  const output = new Output({
    write: (bytes, done) => void writes.push({ length: bytes.length, done }),
  }, { onWritten() {} });
  output.reserve(10);
  await turn();
  for (let i = 0; i < 5; i++) {
    output.reserve(100);
    await turn();
  }
  writes[0]!.done();
  assert.deepEqual(writes.map(({ length }) => length), [10, 500]);
  assert.equal(output.queuedBytes, 500);
});
