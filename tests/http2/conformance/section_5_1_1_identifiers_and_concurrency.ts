import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import {
  connectionError,
  echoed,
  ignored,
  served,
  streamError,
  streamErrorOn,
} from "./expectation.ts";
import { MAX_WINDOW, priority, rstStream, Type, windowUpdate } from "./frame.ts";
import { get, lastData } from "./request.ts";
import { ABOVE_CROWD, closed, crowded } from "./state.ts";

export const streamIdentifiers: Case[] = [
  {
    title: "RFC 9113 5.1.1 - the greatest stream identifier is accepted",
    send: [get(MAX_WINDOW)],
    expect: async (connection) => {
      assert.equal((await connection.response(MAX_WINDOW)).status, "200");
    },
  },
  {
    title: "RFC 9113 5.1.1 - stream identifiers may be skipped",
    send: [get(7), get(101)],
    expect: async (connection) => {
      assert.equal((await connection.response(101)).status, "200");
      await served(connection);
    },
  },
  {
    title: "RFC 9113 5.1.1 - an even stream identifier is a connection error PROTOCOL_ERROR",
    given: closed,
    send: [get(4)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1.1 - a lower stream identifier is a connection error PROTOCOL_ERROR",
    send: [get(5), get(3)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1.1 - DATA on a skipped stream is an error",
    send: [get(5), lastData(1, "text")],
    expect: streamError("STREAM_CLOSED", "PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1.1 - WINDOW_UPDATE, PRIORITY and RST_STREAM on skipped streams are ignored",
    send: [get(7), windowUpdate(1, 1), priority(3), rstStream(5)],
    expect: ignored,
  },
];

export const streamConcurrency: Case[] = [
  {
    title: "RFC 9113 5.1.2 - a stream above the limit is a stream error REFUSED_STREAM",
    given: crowded,
    send: [get(ABOVE_CROWD), rstStream(1)],
    expect: streamErrorOn(ABOVE_CROWD, "REFUSED_STREAM", "PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1.2 - as many streams as the limit allows are served",
    given: crowded,
    send: [lastData(1, "text")],
    expect: async (connection) => {
      await echoed("text")(connection);
      assert(!connection.received.some(({ type }) => type === Type.RST_STREAM));
    },
  },
  {
    title: "RFC 9113 5.1.2 - a stream that is reset does not count for the limit",
    given: crowded,
    send: [rstStream(1)],
    expect: served,
  },
  {
    title: "RFC 9113 5.1.2 - streams that are complete do not count for the limit",
    expect: async (connection) => {
      for (let stream = 1; stream <= 301; stream += 2) {
        await connection.send(get(stream));
        assert.equal((await connection.response(stream)).status, "200");
      }
    },
  },
];
