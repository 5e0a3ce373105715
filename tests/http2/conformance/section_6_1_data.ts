import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { connectionError, echoed, served, streamError } from "./expectation.ts";
import { ascii, data, Flag, MAX_WINDOW, Setting, Type, windowUpdate } from "./frame.ts";
import { get, lastData, padded, post } from "./request.ts";
import { Sender } from "./sender.ts";
import { open } from "./state.ts";

export const dataFrames: Case[] = [
  {
    title: "RFC 9113 6.1 - DATA frames carry the content in their order",
    given: open,
    send: [data(1, ascii("one ")), data(1, ascii("two ")), lastData(1, "three")],
    expect: echoed("one two three"),
  },
  {
    title: "RFC 9113 6.1 - empty DATA is accepted, within the content and at its end",
    given: open,
    send: [data(1, []), data(1, ascii("text")), data(1, []), lastData(1)],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 6.1 - DATA of two streams may alternate",
    given: open,
    send: [
      post(3),
      data(1, ascii("o")),
      lastData(3, "other"),
      data(1, ascii("n")),
      lastData(1, "e"),
    ],
    expect: echoed("one"),
  },
  {
    title: "RFC 9113 6.1 - DATA on stream 0 is a connection error PROTOCOL_ERROR",
    send: [data(0, ascii("text"))],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.1 - padding is not content",
    given: open,
    send: [
      data(1, padded(ascii("te"), 255), Flag.PADDED),
      data(1, padded(ascii("xt"), 1), Flag.PADDED | Flag.END_STREAM),
    ],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 6.1 - a pad length of 0 is accepted",
    given: open,
    send: [data(1, padded(ascii("text"), 0), Flag.PADDED | Flag.END_STREAM)],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 6.1 - DATA may consist of padding",
    given: open,
    send: [data(1, padded([], 20), Flag.PADDED), lastData(1, "text")],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 6.1 - padding as long as the payload is a connection error PROTOCOL_ERROR",
    given: open,
    send: [data(1, [4, 0, 0, 0], Flag.PADDED)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.1 - padding longer than the payload is a connection error PROTOCOL_ERROR",
    given: open,
    send: [data(1, [255, 0, 0, 0], Flag.PADDED)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.1 - DATA after END_STREAM is an error STREAM_CLOSED",
    given: open,
    send: [lastData(1, "text"), data(1, ascii("more"))],
    expect: streamError("STREAM_CLOSED"),
  },
  {
    title: "RFC 9113 6.1 - the padding that the server sends, if it does, is zeros",
    send: [get(1)],
    expect: async (connection) => {
      await connection.response(1);
      for (const { type, flags, payload } of connection.received) {
        if (type > Type.HEADERS || !(flags & Flag.PADDED)) continue;
        assert(payload.subarray(payload.length - payload[0]!).every((octet) => octet === 0));
      }
    },
  },
  {
    title: "RFC 9113 6.1 - padding is credited to the windows",
    given: async (connection) => {
      await connection.handshake([Setting.INITIAL_WINDOW_SIZE, MAX_WINDOW]);
      await connection.send(windowUpdate(0, MAX_WINDOW >> 1), post(1));
    },
    expect: async (connection) => {
      const sender = new Sender(connection);
      const frames = 2 * Math.max(sender.window(0), sender.window(1)) / 266;
      for (let sent = 0; sent < frames; sent++) {
        await sender.send(1, padded(new Uint8Array(10), 255), Flag.PADDED);
      }
      await sender.send(1, [], Flag.END_STREAM);
      await connection.response(1);
      await served(connection);
    },
  },
];
