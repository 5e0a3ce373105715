import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { connectionError, served } from "./expectation.ts";
import { ascii, Flag, frame, ping, Type } from "./frame.ts";
import { halfClosedRemote, open } from "./state.ts";

const OPAQUE = ascii("opaque!!");

export const pingFrames: Case[] = [
  {
    title: "RFC 9113 6.7 - PING is answered with ACK and the same payload",
    send: [ping(OPAQUE)],
    expect: async (connection) => {
      const { flags, stream, payload } = await connection.find(Type.PING);
      assert.equal(flags, Flag.ACK);
      assert.equal(stream, 0);
      assert.deepEqual(payload, OPAQUE);
    },
  },
  {
    title: "RFC 9113 6.7 - every PING is answered",
    send: ["1", "2", "3"].map((digit) => ping(ascii(digit.repeat(8)))),
    expect: async (connection) => {
      const answers = (await connection.ping()).filter(({ type }) => type === Type.PING);
      assert.deepEqual(answers.map(({ payload }) => payload[0]), [0x31, 0x32, 0x33]);
    },
  },
  {
    title: "RFC 9113 6.7 - PING is answered while a request has yet to end",
    given: open,
    send: [ping(OPAQUE)],
    expect: async (connection) => {
      assert.deepEqual((await connection.find(Type.PING)).payload, OPAQUE);
    },
  },
  {
    title: "RFC 9113 6.7 - PING is answered while a response waits for a window",
    given: halfClosedRemote,
    send: [ping(OPAQUE)],
    expect: async (connection) => {
      assert.deepEqual((await connection.find(Type.PING)).payload, OPAQUE);
    },
  },
  {
    title: "RFC 9113 6.7 - PING with ACK is not answered",
    send: [ping(OPAQUE, Flag.ACK)],
    expect: async (connection) => {
      assert.deepEqual(await connection.ping(), []);
      await served(connection);
    },
  },
  {
    title: "RFC 9113 6.7 - PING on a stream is a connection error PROTOCOL_ERROR",
    given: open,
    send: [frame(Type.PING, Flag.NONE, 1, OPAQUE)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.7 - PING with ACK on a stream is a connection error PROTOCOL_ERROR",
    given: open,
    send: [frame(Type.PING, Flag.ACK, 1, OPAQUE)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  ...[0, 7, 9].map((length): Case => ({
    title: `RFC 9113 6.7 - PING of ${length} octets is a connection error FRAME_SIZE_ERROR`,
    send: [ping(new Uint8Array(length))],
    expect: connectionError("FRAME_SIZE_ERROR"),
  })),
  {
    title: "RFC 9113 6.7 - PING with ACK of 7 octets is a connection error FRAME_SIZE_ERROR",
    send: [ping(new Uint8Array(7), Flag.ACK)],
    expect: connectionError("FRAME_SIZE_ERROR"),
  },
];
