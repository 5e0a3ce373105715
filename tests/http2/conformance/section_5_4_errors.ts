import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { connectionError, ignored, ignoredOr, served } from "./expectation.ts";
import {
  Flag,
  goaway,
  headers,
  MAX_WINDOW,
  ping,
  readUint32,
  rstStream,
  Setting,
  settings,
  Type,
  windowUpdate,
} from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, unknownFrame } from "./request.ts";
import { LARGE_SIZE } from "./site.ts";
import { closed, halfClosedRemote, open } from "./state.ts";

/** A connection error: PING carries 8 octets. */
const SHORT_PING = ping(new Uint8Array(7));

export const errorHandling: Case[] = [
  {
    title: "RFC 9113 5.4.1 - after GOAWAY for an error the server closes the connection",
    send: [SHORT_PING],
    expect: async (connection) => {
      await connection.find(Type.GOAWAY);
      assert.equal(await connection.next(), undefined);
    },
  },
  {
    title: "RFC 9113 5.4.1 - GOAWAY for an error names the last stream that was served",
    given: closed,
    send: [SHORT_PING],
    expect: async (connection) => {
      await connectionError("FRAME_SIZE_ERROR")(connection);
      const last = connection.received.findLast(({ type }) => type === Type.GOAWAY);
      assert(last);
      assert.equal(readUint32(last.payload), 1);
    },
  },
  {
    title: "RFC 9113 5.4.1 - frames after a connection error are not served",
    send: [SHORT_PING, get(1)],
    expect: async (connection) => {
      await connectionError("FRAME_SIZE_ERROR")(connection);
      assert(!connection.received.some(({ type }) => type === Type.HEADERS));
    },
  },
  {
    title: "RFC 9113 5.4.2 - RST_STREAM for an error is the last frame on its stream",
    given: halfClosedRemote,
    send: [
      windowUpdate(1, MAX_WINDOW),
      windowUpdate(1, MAX_WINDOW),
      windowUpdate(0, LARGE_SIZE),
    ],
    expect: async (connection) => {
      await connection.find(Type.RST_STREAM, 1);
      await served(connection);
      const last = connection.received.findLast(({ stream }) => stream === 1);
      assert.equal(last?.type, Type.RST_STREAM);
    },
  },
  {
    title: "RFC 9113 5.4.2 - RST_STREAM is not answered by RST_STREAM",
    given: open,
    send: [rstStream(1), rstStream(1), rstStream(1)],
    expect: ignored,
  },
];

export const extensions: Case[] = [
  {
    title: "RFC 9113 5.5 - a setting of unknown identifier is ignored",
    send: [settings([Setting.UNKNOWN, 0xffff_ffff], [0, 1])],
    expect: async (connection) => {
      await connection.settled();
      await ignored(connection);
    },
  },
  {
    title: "RFC 9113 5.5 - an unknown frame within a header section is a connection error",
    send: [headers(1, fieldBlock(GET), Flag.END_STREAM), unknownFrame(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 5.5 - an unknown frame on stream 0 within a header section is a connection error",
    send: [headers(1, fieldBlock(GET), Flag.END_STREAM), unknownFrame(0)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 7 - RST_STREAM with an unknown error code resets the stream",
    given: open,
    send: [rstStream(1, 0xbeef)],
    expect: ignored,
  },
  {
    title: "RFC 9113 7 - GOAWAY with an unknown error code is ignored or taken as INTERNAL_ERROR",
    given: open,
    send: [goaway(0, 0xbeef)],
    expect: ignoredOr("NO_ERROR", "INTERNAL_ERROR"),
  },
];
