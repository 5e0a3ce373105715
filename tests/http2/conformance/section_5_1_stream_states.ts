import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import type { Connection } from "./connection.ts";
import {
  connectionError,
  echoed,
  type Expectation,
  ignored,
  ignoredOr,
  served,
  streamError,
} from "./expectation.ts";
import {
  continuation,
  data,
  DEFAULT_FRAME_SIZE,
  Flag,
  headers,
  priority,
  rstStream,
  Setting,
  Type,
  windowUpdate,
} from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, lastData, MALFORMED_POST, trailers } from "./request.ts";
import { Sender } from "./sender.ts";
import { LARGE, LARGE_SIZE } from "./site.ts";
import { closed, halfClosedRemote, open, resetByClient, resetByServer } from "./state.ts";

const OCTET = [0x61];

/** Nothing is sent on a closed stream; the connection may end, as section 5.4.1 lets it. */
const resetsNothing: Expectation = async (connection) => {
  await ignoredOr("PROTOCOL_ERROR", "FRAME_SIZE_ERROR")(connection);
  assert(!connection.received.some(({ type }) => type === Type.RST_STREAM));
};

export const streamStates: Case[] = [
  {
    title: "RFC 9113 5.1 - DATA on an idle stream is a connection error PROTOCOL_ERROR",
    send: [data(1, OCTET)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - RST_STREAM on an idle stream is a connection error PROTOCOL_ERROR",
    send: [rstStream(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - WINDOW_UPDATE on an idle stream is a connection error PROTOCOL_ERROR",
    send: [windowUpdate(1, 1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - CONTINUATION on an idle stream is a connection error PROTOCOL_ERROR",
    send: [continuation(1, fieldBlock(GET))],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - PRIORITY on idle streams is ignored",
    send: [priority(1), priority(2)],
    expect: ignored,
  },
  {
    title: "RFC 9113 5.1 - HEADERS on a server's idle stream is a connection error PROTOCOL_ERROR",
    send: [get(2)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - DATA on a server's idle stream is a connection error PROTOCOL_ERROR",
    send: [data(2, OCTET)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 5.1 - RST_STREAM on a server's idle stream is a connection error PROTOCOL_ERROR",
    send: [rstStream(2)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 5.1 - WINDOW_UPDATE on a server's idle stream is a connection error PROTOCOL_ERROR",
    send: [windowUpdate(2, 1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 5.1 - WINDOW_UPDATE on a server's idle stream below a client's is the same error",
    send: [get(5), windowUpdate(2, 1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - RST_STREAM on a server's idle stream below a client's is the same error",
    send: [get(5), rstStream(4)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - PRIORITY and WINDOW_UPDATE on an open stream are accepted",
    given: open,
    send: [priority(1), windowUpdate(1, 1), lastData(1, "text")],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 5.1 - DATA on a half-closed (remote) stream is a stream error STREAM_CLOSED",
    given: halfClosedRemote,
    send: [data(1, OCTET)],
    expect: streamError("STREAM_CLOSED"),
  },
  {
    title:
      "RFC 9113 5.1 - HEADERS on a half-closed (remote) stream is a stream error STREAM_CLOSED",
    given: halfClosedRemote,
    send: [trailers(1, ["x-late", "trailer"])],
    expect: streamError("STREAM_CLOSED"),
  },
  {
    title:
      "RFC 9113 5.1 - CONTINUATION on a half-closed (remote) stream is a connection error PROTOCOL_ERROR",
    given: halfClosedRemote,
    send: [continuation(1, fieldBlock(GET))],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 5.1 - PRIORITY and WINDOW_UPDATE on a half-closed (remote) stream are accepted",
    given: halfClosedRemote,
    send: [priority(1), windowUpdate(0, 2 * LARGE_SIZE), windowUpdate(1, 2 * LARGE_SIZE)],
    expect: async (connection) => {
      assert.equal((await connection.response(1)).body.length, LARGE_SIZE);
    },
  },
  {
    title: "RFC 9113 5.1 - RST_STREAM on a half-closed (remote) stream is accepted",
    given: halfClosedRemote,
    send: [rstStream(1)],
    expect: ignored,
  },
  {
    title: "RFC 9113 5.1 - DATA on a stream the client has reset is an error STREAM_CLOSED",
    given: resetByClient,
    send: [data(1, OCTET)],
    expect: streamError("STREAM_CLOSED"),
  },
  {
    title: "RFC 9113 5.1 - HEADERS on a stream the client has reset is an error STREAM_CLOSED",
    given: resetByClient,
    send: [trailers(1, ["x-late", "trailer"])],
    expect: streamError("STREAM_CLOSED"),
  },
  {
    title: "RFC 9113 5.1 - CONTINUATION on a stream the client has reset is a connection error",
    given: resetByClient,
    send: [continuation(1, fieldBlock(GET))],
    expect: connectionError("PROTOCOL_ERROR", "STREAM_CLOSED"),
  },
  {
    title: "RFC 9113 5.1 - DATA on a stream both ends have closed is an error STREAM_CLOSED",
    given: closed,
    send: [data(1, OCTET)],
    expect: streamError("STREAM_CLOSED"),
  },
  {
    title: "RFC 9113 5.1 - HEADERS on a stream both ends have closed is an error",
    given: closed,
    send: [get(1)],
    expect: streamError("STREAM_CLOSED", "PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.1 - CONTINUATION on a stream both ends have closed is a connection error",
    given: closed,
    send: [continuation(1, fieldBlock(GET))],
    expect: connectionError("PROTOCOL_ERROR", "STREAM_CLOSED"),
  },
  {
    title: "RFC 9113 5.1 - PRIORITY on a closed stream is ignored",
    given: closed,
    send: [priority(1)],
    expect: ignored,
  },
  {
    title: "RFC 9113 5.1 - WINDOW_UPDATE on a closed stream is ignored",
    given: closed,
    send: [windowUpdate(1, 1)],
    expect: ignored,
  },
  {
    title: "RFC 9113 5.1 - WINDOW_UPDATE of 0 on a closed stream resets no stream",
    given: closed,
    send: [windowUpdate(1, 0)],
    expect: resetsNothing,
  },
  {
    title: "RFC 9113 5.1 - WINDOW_UPDATE of 0 on a stream the client has reset resets no stream",
    given: resetByClient,
    send: [windowUpdate(1, 0)],
    expect: resetsNothing,
  },
  {
    title: "RFC 9113 5.1 - PRIORITY of 4 octets on a closed stream resets no stream",
    given: closed,
    send: [priority(1, [0, 0, 0, 0])],
    expect: resetsNothing,
  },
  {
    title: "RFC 9113 5.1 - RST_STREAM on a closed stream is ignored",
    given: closed,
    send: [rstStream(1)],
    expect: ignored,
  },
  {
    title: "RFC 9113 5.1 - frames on a stream the server has reset are discarded",
    given: resetByServer,
    send: [windowUpdate(1, 1), data(1, OCTET), trailers(1, ["x-late", "trailer"]), rstStream(1)],
    expect: served,
  },
  {
    title: "RFC 9113 5.1 - DATA on streams the server has reset counts for the connection window",
    expect: (connection) =>
      overrun(connection, async (stream) => {
        await connection.send(headers(stream, MALFORMED_POST, Flag.END_HEADERS));
        await connection.find(Type.RST_STREAM, stream);
      }),
  },
  {
    title: "RFC 9113 6.9 - DATA in error counts for the connection window",
    given: (connection) => connection.handshake([Setting.INITIAL_WINDOW_SIZE, 0]),
    expect: (connection) =>
      overrun(connection, async (stream) => {
        await connection.send(get(stream, LARGE));
        await connection.find(Type.HEADERS, stream);
      }),
  },
];

/**
 * Sends twice as much as the connection's window at first allows, one frame on each stream. A server
 * that does not credit what it discards lets the window run out.
 */
async function overrun(
  connection: Connection,
  prepare: (stream: number) => Promise<void>,
): Promise<void> {
  const sender = new Sender(connection);
  const length = Math.min(DEFAULT_FRAME_SIZE, sender.window(1));
  const frames = 2 * sender.window(0) / length;
  for (let sent = 0; sent < frames; sent++) {
    const stream = 2 * sent + 1;
    await prepare(stream);
    await sender.send(stream, new Uint8Array(length));
  }
  await served(connection);
}
