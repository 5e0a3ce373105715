/** What the messages of a client may take before they are whole, and once they are inflated. */
import { equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { deflateSync, gzipSync } from "node:zlib";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { turns } from "../../rides/server/interceptors/turns.ts";
import { forEachMessage } from "../../rides/server/services/messages.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { byteMethod } from "../support/byte_method.ts";
import { eventually } from "../support/eventually.ts";
import { framed, type RawCall, RawClient } from "../support/raw_call.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start, Track } = ridesDefinition;
const MIB = 1024 * 1024;

/** All but the last byte of a message of Start. */
function unfinished(client: RawClient, bytes: number): RawCall {
  return client.call(Start.path).write(framed(Buffer.alloc(bytes)).subarray(0, -1));
}

/** A whole message of Start, of which a driver's name is kept, on a stream that goes on. */
function unended(client: RawClient, bytes: number): RawCall {
  const message = Start.requestSerialize({ ...RIDE, driverId: "x".repeat(bytes) });
  return client.call(Start.path).write(framed(message));
}

function statusOf(call: RawCall): Promise<string> {
  return eventually("the call ends", () => call.status);
}

for (const transport of TRANSPORTS) {
  const ways = {
    "without their last byte": unfinished,
    "without the end of their stream": unended,
  };
  for (const [how, begin] of Object.entries(ways)) {
    Deno.test(`maxUnfinishedBytesPerConnection - ends calls ${how} (${transport})`, async () => {
      const maxUnfinishedBytesPerConnection = 4 * MIB;
      await using serving = await Serving.start({ transport, maxUnfinishedBytesPerConnection });
      await using client = new RawClient(serving.port);
      const calls = Array.from({ length: 20 }, () => begin(client, MIB));
      const ended = await eventually("most of the calls end", () => {
        const ended = calls.filter(({ status }) => status !== undefined);
        return ended.length >= 16 && ended;
      });
      const why = "the unfinished messages of the connection take more than 4194304 bytes";
      for (const { status } of ended) equal(status, `RESOURCE_EXHAUSTED: ${why}`);
      equal((await serving.channel.call(Start, RIDE)).status, "OK", "others are taken");
      const [line] = serving.log.lines.filter(({ fields }) => fields.method === Start.path);
      equal(line?.fields.code, "RESOURCE_EXHAUSTED");
    });
  }

  Deno.test(`maxUnfinishedBytes - ends the call that holds most (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxUnfinishedBytes: 3 * MIB });
    await using first = new RawClient(serving.port);
    await using second = new RawClient(serving.port);
    const larger = unfinished(first, 2 * MIB);
    const smaller = second.call(Track.path);
    const position = framed(Track.requestSerialize(POSITION));
    // A field that nobody knows: a message that is whole, and does no harm.
    const filling = Buffer.concat([
      Buffer.from([0xfa, 0x07, 0x80, 0x80, 0x60]),
      Buffer.alloc(1.5 * MIB),
    ]);
    const message = framed(Buffer.concat([Track.requestSerialize(POSITION), filling]));
    smaller.write(position).write(message.subarray(0, -1));
    equal(
      await statusOf(larger),
      "RESOURCE_EXHAUSTED: all unfinished messages take more than 3145728 bytes",
    );
    equal(await statusOf(smaller.write(message.subarray(-1)).end()), "OK: OK");
  });

  for (const [encoding, compress] of [["gzip", gzipSync], ["deflate", deflateSync]] as const) {
    const headers = { "grpc-encoding": encoding };

    Deno.test(`maxInflation - ends a call that sends a bomb in ${encoding} (${transport})`, async () => {
      await using serving = await Serving.start({ transport });
      await using client = new RawClient(serving.port);
      const bomb = compress(Buffer.alloc(3 * MIB));
      ok(bomb.length < 4_000);
      equal(
        await statusOf(client.call(Start.path, headers).write(framed(bomb, true))),
        "RESOURCE_EXHAUSTED: Received message that decompresses to more than 100 times what was sent",
      );
    });

    Deno.test(`maxMessageBytes - holds for what ${encoding} comes to (${transport})`, async () => {
      await using serving = await Serving.start({ transport, maxInflation: 1_100 });
      await using client = new RawClient(serving.port);
      const bomb = compress(Buffer.alloc(8 * MIB));
      equal(
        await statusOf(client.call(Start.path, headers).write(framed(bomb, true))),
        "RESOURCE_EXHAUSTED: Received message that decompresses to a size larger than 4194304",
      );
    });

    Deno.test(`compression - messages in ${encoding}, and others among them, are taken (${transport})`, async () => {
      await using serving = await Serving.start({ transport });
      await using client = new RawClient(serving.port);
      const position = Track.requestSerialize(POSITION);
      const body = Buffer.concat([framed(compress(position), true), framed(position)]);
      const track = client.call(Track.path, headers);
      for (let i = 0; i < 100; i++) track.write(body);
      equal(await statusOf(track.end()), "OK: OK");
      const line = await serving.log.line(Track.path);
      equal(line.fields.messages_in, 200);
    });

    Deno.test(`compression - a large message in ${encoding} is as it was (${transport})`, async () => {
      await using serving = await Serving.start({ transport });
      await using client = new RawClient(serving.port);
      // Of a kind that shrinks to a half.
      const driverId = randomBytes(150_000).toString("hex");
      const message = Start.requestSerialize({ ...RIDE, driverId });
      const call = client.call(Start.path, headers).write(framed(compress(message), true)).end();
      const uncompressed = client.call(Start.path).write(framed(message)).end();
      equal(await statusOf(call), await statusOf(uncompressed));
    });

    Deno.test(`compression - what is not in ${encoding} ends its call alone (${transport})`, async () => {
      await using serving = await Serving.start({ transport });
      await using client = new RawClient(serving.port);
      const call = client.call(Start.path, headers).write(framed(Buffer.from("no"), true));
      equal(await statusOf(call), "INTERNAL: Failed to decompress message");
      const other = client.call(Start.path, headers);
      other.write(framed(compress(Start.requestSerialize(RIDE)), true)).end();
      equal(await statusOf(other), "OK: OK");
    });
  }

  Deno.test(`compression - a compressed message without an encoding is INTERNAL (${transport})`, async () => {
    await using serving = await Serving.start({ transport });
    await using client = new RawClient(serving.port);
    for (const headers of [undefined, { "grpc-encoding": "identity" }]) {
      const call = client.call(Start.path, headers);
      equal(
        await statusOf(call.write(framed(Start.requestSerialize(RIDE), true)).end()),
        "INTERNAL: A message has its Compressed-Flag set, but the call has no grpc-encoding",
      );
    }
  });

  Deno.test(`compression - an unknown one is UNIMPLEMENTED (${transport})`, async () => {
    await using serving = await Serving.start({ transport });
    await using client = new RawClient(serving.port);
    for (const encoding of ["zstd", "GZIP", "", "constructor"]) {
      const call = client.call(Start.path, { "grpc-encoding": encoding });
      equal(
        await statusOf(call.write(framed(Buffer.from("x"), true))),
        `UNIMPLEMENTED: Received message compressed with unsupported encoding "${encoding}"; supported: identity,deflate,gzip`,
      );
      equal(call.fields["grpc-accept-encoding"], "identity,deflate,gzip");
    }
  });

  Deno.test(`compression - what comes behind a message that waits to be inflated waits, too (${transport})`, async () => {
    await using serving = await Serving.start({ transport });
    await using client = new RawClient(serving.port);
    let isInflating = true;
    const others = turns.take((function* () {
      while (isInflating) yield;
    })());
    const position = Track.requestSerialize(POSITION);
    const track = client.call(Track.path, { "grpc-encoding": "gzip" });
    track.write(framed(gzipSync(position), true));
    const some = Buffer.concat(Array(10_000).fill(framed(position)));
    let sent = 1;
    for (; track.waitingBytes < 4 * MIB; sent += 10_000) track.write(some);
    // Longer than it took, over a server that goes on reading, to take all of it.
    await setTimeout(1_500);
    ok(track.waitingBytes > 3 * MIB, `${track.waitingBytes} bytes wait`);
    isInflating = false;
    await others;
    equal(await statusOf(track.end()), "OK: OK");
    equal((await serving.log.line(Track.path)).fields.messages_in, sent);
  });

  Deno.test(`deadline - what comes after it, from a client who reads nothing, is dropped (${transport})`, async () => {
    const Echo = byteMethod("/test.Bidi/Echo", true, true);
    const handlers = {
      async Echo(call: ServerDuplexStream<Buffer, Buffer>) {
        // The status has to wait behind it.
        call.write(Buffer.alloc(MIB));
        await forEachMessage(call, () => {});
      },
    };
    const services = [{ definition: { Echo }, handlers }];
    await using serving = await Serving.start({ transport, services });
    await using client = new RawClient(serving.port);
    const call = client.call(Echo.path, { "grpc-timeout": "100m" }).stall();
    call.write(framed(Buffer.alloc(100)));
    equal((await serving.log.line(Echo.path)).fields.code, "DEADLINE_EXCEEDED");
    const some = Buffer.concat(Array(10_000).fill(framed(Buffer.alloc(100))));
    while (call.waitingBytes < 64 * MIB) call.write(some);
    await eventually("everything is dropped", () => call.waitingBytes === 0);
  });
}
