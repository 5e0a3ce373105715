import grpcDecoder from "@grpc/grpc-js/build/src/stream-decoder.js";
import { deepEqual, equal } from "node:assert/strict";
import { Buffer } from "node:buffer";
import "../../rides/runtime/mod.ts";

/** How many buffers are made of their own memory while `action` runs. */
function buffersMadeBy(action: () => void): number {
  const { alloc } = Buffer;
  let made = 0;
  Buffer.alloc = ((...args: Parameters<typeof alloc>) => {
    made++;
    return alloc(...args);
  }) as typeof alloc;
  try {
    action();
  } finally {
    Buffer.alloc = alloc;
  }
  return made;
}

Deno.test("grpc-js's decoder - takes no buffers before the first bytes", () => {
  equal(buffersMadeBy(() => new grpcDecoder.StreamDecoder(-1)), 0);
});

Deno.test("grpc-js's decoder - finds messages wherever their bytes are cut", () => {
  const decoder = new grpcDecoder.StreamDecoder(-1);
  const message = Buffer.from([0, 0, 0, 0, 2, 7, 8]);
  const found = [...Buffer.concat([message, message])].flatMap((byte) =>
    decoder.write(Buffer.from([byte]))
  );
  deepEqual(found, [message, message]);
});
