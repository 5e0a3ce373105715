import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { type Attack, borneBut, sleep } from "./definition.ts";
import { bytesField, varintField } from "./protobuf.ts";
import { message, type RawCall, RawCalls } from "./raw_calls.ts";

const MIB = 1024 * 1024;
/** As many as a connection may have open. */
const STREAMS = 100;
const START = "/Rides/Start";
const TRACK = "/Rides/Track";

function startAll(calls: RawCalls, path: string, body: Buffer): Promise<RawCall[]> {
  const starting = Array.from({ length: STREAMS }, () => calls.start(path, body, { ends: false }));
  return Promise.all(starting);
}

/** What is wrong with how calls ended that have to end with one of the statuses. */
async function allEnd(calls: readonly RawCall[], ...statuses: string[]): Promise<string[]> {
  const ended = await Promise.all(calls.map(({ ended }) => ended));
  return ended.filter((one) => !statuses.includes(one)).map((one) => `a call ended with ${one}`);
}

/** Messages of which nobody wants to hear more than their length: it is over the limit. */
const announced: Attack = {
  name: "100 MB announced and not sent",
  async go({ port }) {
    await using calls = await RawCalls.open(port);
    const body = message(Buffer.alloc(100), { announced: 100 * MIB });
    return [borneBut(await allEnd(await startAll(calls, START, body), "RESOURCE_EXHAUSTED"))];
  },
};

/** The same within the limit, for which a server must not make room before it comes. */
const announcedWithinLimits: Attack = {
  name: "4 MB announced and not sent",
  async go({ port, until }) {
    await using calls = await RawCalls.open(port);
    const body = message(Buffer.alloc(100), { announced: 4 * MIB });
    await startAll(calls, START, body);
    await sleep(Math.max(500, until - performance.now()));
    return [borneBut(calls.connection.isClosed ? ["the connection was closed"] : [])];
  },
};

/** Messages that come a byte at a time; they have until their deadline. */
const slow: Attack = {
  name: "slow bodies",
  async go({ port, until }) {
    await using calls = await RawCalls.open(port);
    const started = await startAll(calls, TRACK, message(Buffer.alloc(0), { announced: 1_000 }));
    do {
      for (const call of started) await call.send(Buffer.from([0]));
      await sleep(100);
    } while (performance.now() < until);
    return [borneBut(calls.connection.isClosed ? ["the connection was closed"] : [])];
  },
};

const GZIP = { fields: [["grpc-encoding", "gzip"]], ends: false } as const;

/** Sends one bomb a call, some at once. */
async function bomb(port: number, until: number, unpacked: Buffer, ...statuses: string[]) {
  const packed = message(gzipSync(unpacked), { compressed: true });
  await using calls = await RawCalls.open(port);
  const wrong: string[] = [];
  do {
    const starting = Array.from({ length: 8 }, () => calls.start(TRACK, packed, GZIP));
    wrong.push(...await allEnd(await Promise.all(starting), ...statuses));
  } while (performance.now() < until && wrong.length === 0);
  return [borneBut(wrong)];
}

/** 64 MiB in 64 KiB. */
const gzipBombs: Attack = {
  name: "gzip bombs",
  go: ({ port, until }) => bomb(port, until, Buffer.alloc(64 * MIB), "RESOURCE_EXHAUSTED"),
};

/** Just what a message may have, most of it in a field that nobody knows; refused as a bomb or a position. */
const gzipBombsWithinLimits: Attack = {
  name: "gzip bombs of 4 MB",
  go: ({ port, until }) => {
    const padding = bytesField(1_000, Buffer.alloc(4 * MIB - 100));
    const unpacked = Buffer.concat([varintField(1, 0), padding]);
    return bomb(port, until, unpacked, "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED");
  },
};

/** Something that calls itself compressed, and is not; or by means that nobody knows. */
const badlyCompressed: Attack = {
  name: "bodies that cannot be unpacked",
  async go({ port }) {
    await using calls = await RawCalls.open(port);
    const garbage = message(Buffer.alloc(1_000, 7), { compressed: true });
    const encodings = { gzip: "INTERNAL", deflate: "INTERNAL", brotli: "UNIMPLEMENTED" };
    const wrong: string[] = [];
    for (const [encoding, status] of Object.entries(encodings)) {
      const answer = await calls.call(START, garbage, { fields: [["grpc-encoding", encoding]] });
      if (answer !== status) wrong.push(`${encoding}: ended with ${answer}`);
    }
    return [borneBut(wrong)];
  },
};

/** What a client can do with the body of a call. */
export const bodies: readonly Attack[] = [
  announced,
  announcedWithinLimits,
  slow,
  gzipBombs,
  gzipBombsWithinLimits,
  badlyCompressed,
];
