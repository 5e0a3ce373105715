import { deepEqual, equal, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { CallGate } from "../../../rides/server/interceptors/call_gate.ts";
import { MessageDecoder } from "../../../rides/server/interceptors/message_decoder.ts";
import {
  CallMemory,
  type MessageLimits,
  MessageMemory,
} from "../../../rides/server/interceptors/message_memory.ts";
import { PeerConnection } from "../../../rides/server/interceptors/peer_connection.ts";
import { resolveSettings } from "../../../rides/server/settings.ts";
import { checkProperty } from "../../support/property.ts";

/** What one call of a server has. */
function intake(limits: Partial<MessageLimits> = {}) {
  const settings = resolveSettings(limits);
  const server = new MessageMemory(settings, new CallGate(settings));
  const connection = new PeerConnection("192.0.2.7:80", "192.0.2.7");
  const memory = new CallMemory(server, connection);
  return { server, connection, memory, decoder: new MessageDecoder(memory) };
}

/** The messages that these bytes complete, each with the flag of its prefix. */
function write(decoder: MessageDecoder, chunk: Buffer): [Buffer, number][] {
  decoder.add(chunk);
  const messages: [Buffer, number][] = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
    messages.push([Buffer.from(next), decoder.isCompressed ? 1 : 0]);
  }
  return messages;
}

function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.from([flag, 0, 0, 0, 0]);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The bytes, cut at these places, each a part of the whole. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)];
  return [...at, bytes.length].slice(1).map((end, i) => bytes.subarray(at[i], end));
}

Deno.test("MessageDecoder - any cutting of any messages gives them whole, and holds nothing", () => {
  const message = fc.tuple(fc.uint8Array({ maxLength: 40_000 }), fc.nat(1));
  checkProperty(fc.property(fc.array(message), fc.array(fc.nat()), (messages, places) => {
    const { decoder, memory } = intake();
    const sent = Buffer.concat(messages.map(([bytes, flag]) => framed(bytes, flag)));
    const got = cut(sent, places).flatMap((chunk) => write(decoder, chunk));
    deepEqual(got, messages.map(([bytes, flag]) => [Buffer.from(bytes), flag]));
    equal(memory.bytes, 0);
  }));
});

Deno.test("MessageDecoder - what is not read yet is kept", () => {
  const message = fc.uint8Array({ maxLength: 1_000 });
  checkProperty(fc.property(fc.array(message), fc.array(fc.nat()), (messages, places) => {
    const { decoder } = intake();
    const got: Buffer[] = [];
    for (const chunk of cut(Buffer.concat(messages.map((bytes) => framed(bytes))), places)) {
      decoder.add(chunk);
      const next = decoder.next();
      if (next) got.push(Buffer.from(next));
      decoder.keep();
    }
    got.push(...write(decoder, Buffer.alloc(0)).map(([bytes]) => bytes));
    deepEqual(got, messages.map((bytes) => Buffer.from(bytes)));
  }));
});

Deno.test("MessageDecoder - what is unfinished is counted until it is whole", () => {
  const { decoder, memory, connection, server } = intake();
  const bytes = framed(Buffer.alloc(100_000));
  for (let at = 0; at < 100_000; at += 10_000) {
    deepEqual(write(decoder, bytes.subarray(at, at + 10_000)), []);
    equal(memory.bytes >= at + 10_000, true);
    equal(memory.bytes <= Math.max(16_384, 2 * (at + 10_000)), true, `${memory.bytes} for ${at}`);
    deepEqual([connection.heldBytes, server.bytes], [memory.bytes, memory.bytes]);
  }
  equal(write(decoder, bytes.subarray(100_000)).length, 1);
  deepEqual([memory.bytes, connection.heldBytes, server.bytes], [0, 0, 0]);
});

Deno.test("MessageDecoder - what is announced and not sent takes nothing", () => {
  const { decoder, memory } = intake();
  write(decoder, framed(Buffer.alloc(4_000_000)).subarray(0, 6));
  equal(memory.bytes <= 16_384, true, `${memory.bytes}`);
});

Deno.test("MessageDecoder - a byte at a time keeps none of the buffers that they came in", () => {
  const { decoder, memory } = intake();
  for (const byte of framed(Buffer.alloc(1_000)).subarray(0, 1_000)) {
    write(decoder, Buffer.alloc(65_536, byte).subarray(7, 8));
  }
  equal(memory.bytes, 1_005);
});

Deno.test("MessageDecoder - frees a message at once, but nothing else that came with it", () => {
  const { decoder } = intake();
  const sent = Buffer.concat([framed(Buffer.alloc(100_000, 1)), framed(Buffer.alloc(9, 2))]);
  const next = (): Buffer => decoder.next() ?? Buffer.alloc(0);
  decoder.add(sent.subarray(0, 40_000));
  equal(decoder.next(), undefined);
  decoder.add(sent.subarray(40_000));
  const long = next();
  equal(long.length, 100_000);
  decoder.free(long);
  equal(long.buffer.byteLength, 0);
  const short = next();
  decoder.free(short);
  deepEqual(short, Buffer.alloc(9, 2));
});

Deno.test("MessageDecoder - refuses a message that is too large by its prefix", () => {
  const { decoder } = intake({ maxMessageBytes: 1_000 });
  equal(write(decoder, framed(Buffer.alloc(1_000))).length, 1);
  throws(
    () => write(decoder, framed(Buffer.alloc(1_001)).subarray(0, 5)),
    /larger than max \(1001/,
  );
});

Deno.test("MessageDecoder - refuses what is too much for the connection, of all its calls", () => {
  const { decoder, memory, connection, server } = intake({
    maxUnfinishedBytesPerConnection: 40_000,
  });
  const other = new CallMemory(server, connection);
  const bytes = framed(Buffer.alloc(30_000)).subarray(0, 30_000);
  write(decoder, bytes);
  throws(
    () => write(new MessageDecoder(other), bytes),
    /the unfinished messages of the connection take more than 40000 bytes/,
  );
  other.end();
  equal(connection.heldBytes, memory.bytes, "the call that ends gives back what it has");
  memory.end();
  deepEqual([connection.heldBytes, server.bytes], [0, 0]);
  equal(write(decoder, bytes).length, 0);
  equal(server.bytes, 0, "what comes after the end is not kept");
});
