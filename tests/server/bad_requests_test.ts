/** What is no proper call gets its gRPC code, and harms no other call on the same connection. */
import { deepEqual, equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { type Channel, type Ended, raw } from "../support/exchange.ts";
import { BEYOND_THE_POLE, POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const { Start, Track } = ridesDefinition;

const MIB = 1024 * 1024;
/** A varint without its end. */
const MALFORMED = Buffer.from([0x08, 0x80]);
const startBytes = raw(Start);
const trackBytes = raw(Track);

/** A StartRequest of exactly that many bytes: the driver fills it. */
function rideOf(bytes: number) {
  const empty = Start.requestSerialize({ ...RIDE, driverId: "x".repeat(3 * MIB) }).length - 3 * MIB;
  return { ...RIDE, driverId: "x".repeat(bytes - empty) };
}

const BAD: [string, (channel: Channel) => Promise<Ended<unknown>>, string, RegExp][] = [
  [
    "malformed protobuf",
    (channel) => channel.call(startBytes, MALFORMED),
    "INVALID_ARGUMENT",
    /^request: cannot be read: index out of range/,
  ],
  [
    "a string that is cut short",
    (channel) => channel.call(startBytes, Buffer.from([0x12, 0x64, 0x01])),
    "INVALID_ARGUMENT",
    /^request: cannot be read: index out of range/,
  ],
  [
    "a malformed message in a stream",
    (channel) => channel.open(trackBytes).send(Track.requestSerialize(POSITION), MALFORMED).ended,
    "INVALID_ARGUMENT",
    /^request: cannot be read: index out of range/,
  ],
  [
    "a message of a million passengers",
    (channel) => channel.call(startBytes, Buffer.alloc(3_000_000, Buffer.from([0x1a, 1, 0x61]))),
    "INVALID_ARGUMENT",
    /^request: cannot be read: more than 2048 /,
  ],
  [
    "a message of a byte over 4 MiB",
    (channel) => channel.call(Start, rideOf(4 * MIB + 1)),
    "RESOURCE_EXHAUSTED",
    /larger than max/,
  ],
  [
    "a message over 4 MiB in a stream",
    (channel) => channel.open(trackBytes).send(Buffer.alloc(5 * MIB)).ended,
    "RESOURCE_EXHAUSTED",
    /larger than max/,
  ],
  [
    "an unknown method",
    (channel) => channel.call({ ...Start, path: "/Rides/Nothing" }, RIDE),
    "UNIMPLEMENTED",
    /\/Rides\/Nothing/,
  ],
  [
    "an unknown service",
    (channel) => channel.call({ ...Start, path: "/rides.v9.Rides/Start" }, RIDE),
    "UNIMPLEMENTED",
    /\/rides\.v9\.Rides\/Start/,
  ],
  [
    "a path that is none",
    (channel) => channel.call({ ...Start, path: "/" }, RIDE),
    "UNIMPLEMENTED",
    /\//,
  ],
  [
    "a unary call without a request",
    (channel) => channel.open(Start).end(),
    "UNIMPLEMENTED",
    /request/i,
  ],
  [
    "a unary call with two requests",
    (channel) => channel.open(Start).send(RIDE, RIDE).end(),
    "UNIMPLEMENTED",
    /request/i,
  ],
  [
    "a deadline that passes",
    (channel) => channel.open(Track, { deadline: Date.now() + 200 }).ended,
    "DEADLINE_EXCEEDED",
    /./,
  ],
  [
    "a position that is refused",
    (channel) => channel.open(Track).send(BEYOND_THE_POLE).ended,
    "INVALID_ARGUMENT",
    /^position 0: /,
  ],
];

for (const [what, provoke, status, details] of BAD) {
  Deno.test(`server - answers ${what} with ${status} and harms no other call`, async () => {
    await using serving = await Serving.start();
    const other = serving.channel.open(Track).send(POSITION);
    const ended = await provoke(serving.channel);
    equal(ended.status, status, ended.details);
    match(ended.details, details);
    if (status === "INVALID_ARGUMENT") {
      // A refusal of ours: the client can name it, and the log says why.
      const [id] = [...ended.headers.get("x-request-id"), ...ended.trailers.get("x-request-id")];
      const line = serving.log.lines.find(({ fields }) => fields.request_id === id);
      equal(line?.fields.details, ended.details);
    }
    deepEqual(ended.answers, []);
    deepEqual((await other.send(POSITION).end()).answers, [{ count: 2 }]);
    equal((await serving.channel.call(Start, RIDE)).status, "OK");
  });
}

Deno.test("server - takes a message of exactly 4 MiB", async () => {
  await using serving = await Serving.start();
  // A field that nobody knows, since every field that is known is bounded below that.
  const message = Start.requestSerialize(RIDE);
  const length = 4 * MIB - message.length - 2 - 4;
  const unknown = Buffer.alloc(6 + length);
  unknown.writeUInt16LE(0x07fa); // Field 127, with a length.
  for (let place = 0; place < 4; place++) {
    unknown[2 + place] = length >> 7 * place & 0x7f | (place < 3 ? 0x80 : 0);
  }
  const bytes = Buffer.concat([message, unknown]);
  equal(bytes.length, 4 * MIB);
  equal((await serving.channel.call(startBytes, bytes)).status, "OK");
});

Deno.test("server - takes no more than maxMessageBytes", async () => {
  await using serving = await Serving.start({ maxMessageBytes: 1_000 });
  equal(
    (await serving.channel.call(Start, { ...RIDE, driverId: "x".repeat(1_000) })).status,
    "RESOURCE_EXHAUSTED",
  );
});

Deno.test("server - ignores fields that it does not know", async () => {
  await using serving = await Serving.start();
  const unknown = Buffer.from([0xf8, 0x07, 1]); // Field 127, a varint.
  const { status } = await serving.channel.call(
    startBytes,
    Buffer.concat([Start.requestSerialize(RIDE), unknown]),
  );
  equal(status, "OK");
});
