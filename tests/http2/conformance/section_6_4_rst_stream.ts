import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { connectionError, ignored, ignoredOr, served } from "./expectation.ts";
import { Flag, frame, priority, rstStream, Type, windowUpdate } from "./frame.ts";
import { LARGE_SIZE } from "./site.ts";
import { halfClosedRemote, open } from "./state.ts";

export const rstStreamFrames: Case[] = [
  {
    title: "RFC 9113 6.4 - after RST_STREAM the server sends nothing more on the stream",
    given: halfClosedRemote,
    send: [rstStream(1), windowUpdate(0, LARGE_SIZE), windowUpdate(1, LARGE_SIZE)],
    expect: async (connection) => {
      assert(!(await connection.ping()).some(({ stream }) => stream === 1));
      await served(connection);
      assert(!(await connection.ping()).some(({ stream }) => stream === 1));
    },
  },
  {
    title: "RFC 9113 6.4 - RST_STREAM ends a request whose content has yet to come",
    given: open,
    send: [rstStream(1)],
    expect: ignored,
  },
  {
    title: "RFC 9113 6.4 - RST_STREAM on stream 0 is a connection error PROTOCOL_ERROR",
    send: [rstStream(0)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.4 - RST_STREAM on an idle stream above the open ones is a connection error",
    given: open,
    send: [rstStream(3)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.4 - the server sends no RST_STREAM for an idle stream",
    send: [priority(3, [0, 0, 0, 0])],
    expect: async (connection) => {
      await ignoredOr("FRAME_SIZE_ERROR")(connection);
      assert(!connection.received.some(({ type }) => type === Type.RST_STREAM));
    },
  },
  ...[0, 3, 5].map((length): Case => ({
    title: `RFC 9113 6.4 - RST_STREAM of ${length} octets is a connection error FRAME_SIZE_ERROR`,
    given: open,
    send: [frame(Type.RST_STREAM, Flag.NONE, 1, new Uint8Array(length))],
    expect: connectionError("FRAME_SIZE_ERROR"),
  })),
];
