import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import type { Connection } from "./connection.ts";
import { connectionError, ignored, streamError } from "./expectation.ts";
import {
  DEFAULT_WINDOW,
  Flag,
  frame,
  headers,
  MAX_WINDOW,
  Setting,
  settings,
  Type,
  uint32,
  windowUpdate,
} from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, post, withValues } from "./request.ts";
import { Sender } from "./sender.ts";
import { LARGE, LARGE_SIZE, TRAILER } from "./site.ts";
import { halfClosedRemote, open, type State } from "./state.ts";

/** All that the server sends on a stream before the answer to a PING. */
async function contentBeforePing(connection: Connection, stream = 1): Promise<number> {
  return (await connection.ping())
    .filter((each) => each.type === Type.DATA && each.stream === stream)
    .reduce((sum, { payload }) => sum + payload.length, 0);
}

/** Reads exactly `size` octets of content on a stream, and sees that no more come. */
async function expectContent(connection: Connection, size: number, stream = 1): Promise<void> {
  let received = 0;
  while (received < size) received += (await connection.find(Type.DATA, stream)).payload.length;
  assert.equal(received + await contentBeforePing(connection, stream), size);
}

function initialWindow(size: number): State {
  return (connection) => connection.handshake([Setting.INITIAL_WINDOW_SIZE, size]);
}

export const windowUpdateFrames: Case[] = [
  {
    title: "RFC 9113 6.9 - an increment of 0 on a stream is an error PROTOCOL_ERROR",
    given: open,
    send: [windowUpdate(1, 0)],
    expect: streamError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 6.9 - an increment of 0 on the connection is a connection error PROTOCOL_ERROR",
    send: [windowUpdate(0, 0)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  ...[0, 3, 5].map((length): Case => ({
    title:
      `RFC 9113 6.9 - WINDOW_UPDATE of ${length} octets is a connection error FRAME_SIZE_ERROR`,
    given: open,
    send: [frame(Type.WINDOW_UPDATE, Flag.NONE, 1, new Uint8Array(length))],
    expect: connectionError("FRAME_SIZE_ERROR"),
  })),
  {
    title: "RFC 9113 6.9 - the reserved bit of the increment is ignored",
    given: halfClosedRemote,
    send: [frame(Type.WINDOW_UPDATE, Flag.NONE, 1, uint32(0x8000_0000 + 5))],
    expect: (connection) => expectContent(connection, 5),
  },
  {
    title: "RFC 9113 6.9 - what the server has taken of the content is credited to both windows",
    given: async (connection) => {
      await connection.handshake([Setting.INITIAL_WINDOW_SIZE, MAX_WINDOW]);
      await connection.send(windowUpdate(0, MAX_WINDOW >> 1), post(1));
    },
    expect: async (connection) => {
      const sender = new Sender(connection);
      const total = 2 * Math.max(sender.window(0), sender.window(1));
      for (let sent = 0; sent < total; sent += 10_000) {
        await sender.send(1, new Uint8Array(Math.min(10_000, total - sent)));
      }
      await sender.send(1, [], Flag.END_STREAM);
      assert.equal((await connection.response(1)).body.length, total);
    },
  },
];

export const flowControl: Case[] = [
  {
    title: "RFC 9113 6.9.1 - the server sends no more than the window of the stream",
    given: initialWindow(1),
    send: [get(1, LARGE)],
    expect: (connection) => expectContent(connection, 1),
  },
  {
    title: "RFC 9113 6.9.1 - the server sends no more than the window of the connection",
    given: initialWindow(MAX_WINDOW),
    send: [get(1, LARGE)],
    expect: (connection) => expectContent(connection, DEFAULT_WINDOW),
  },
  {
    title: "RFC 9113 6.9.1 - two streams share the window of the connection",
    given: initialWindow(40_000),
    send: [get(1, LARGE), get(3, LARGE)],
    expect: async (connection) => {
      let received = 0;
      while (received < DEFAULT_WINDOW) {
        received += (await connection.find(Type.DATA)).payload.length;
      }
      assert.equal(received, DEFAULT_WINDOW);
      assert.equal(await contentBeforePing(connection, 1), 0);
      assert.equal(await contentBeforePing(connection, 3), 0);
    },
  },
  {
    title: "RFC 9113 6.9.1 - a window opened by small updates is used as it opens",
    given: halfClosedRemote,
    send: [windowUpdate(1, 1), windowUpdate(1, 2), windowUpdate(1, 3)],
    expect: (connection) => expectContent(connection, 6),
  },
  {
    title: "RFC 9113 6.9.1 - a stream without a window does not hold up another",
    given: halfClosedRemote,
    send: [get(3, LARGE), windowUpdate(3, 100)],
    expect: (connection) => expectContent(connection, 100, 3),
  },
  {
    title: "RFC 9113 6.9.1 - a response without content needs no window",
    given: initialWindow(0),
    send: [headers(1, fieldBlock(withValues(GET, { ":method": "HEAD" })))],
    expect: async (connection) => {
      assert.equal((await connection.response(1)).status, "200");
    },
  },
  {
    title: "RFC 9113 6.9.1 - the trailers of a response need no window",
    given: initialWindow(LARGE_SIZE),
    send: [windowUpdate(0, LARGE_SIZE - DEFAULT_WINDOW), get(1, LARGE)],
    expect: async (connection) => {
      assert.deepEqual((await connection.response(1)).trailers, [TRAILER]);
    },
  },
  {
    title: "RFC 9113 6.9.1 - a window of a stream above 2^31-1 is an error FLOW_CONTROL_ERROR",
    given: halfClosedRemote,
    send: [windowUpdate(1, MAX_WINDOW), windowUpdate(1, MAX_WINDOW)],
    expect: streamError("FLOW_CONTROL_ERROR"),
  },
  {
    title:
      "RFC 9113 6.9.1 - a window of the connection above 2^31-1 is a connection error FLOW_CONTROL_ERROR",
    send: [windowUpdate(0, MAX_WINDOW)],
    expect: connectionError("FLOW_CONTROL_ERROR"),
  },
  {
    title: "RFC 9113 6.9.1 - windows of exactly 2^31-1 are accepted",
    given: open,
    send: [
      windowUpdate(0, MAX_WINDOW - DEFAULT_WINDOW),
      windowUpdate(1, MAX_WINDOW - DEFAULT_WINDOW),
    ],
    expect: ignored,
  },
  {
    title: "RFC 9113 6.9.2 - a greater initial window opens the windows of streams",
    given: halfClosedRemote,
    send: [settings([Setting.INITIAL_WINDOW_SIZE, 10])],
    expect: (connection) => expectContent(connection, 10),
  },
  {
    title: "RFC 9113 6.9.2 - a window that a lower initial window made negative is remembered",
    given: initialWindow(1_000),
    send: [get(1, LARGE)],
    expect: async (connection) => {
      await expectContent(connection, 1_000);
      await connection.send(settings([Setting.INITIAL_WINDOW_SIZE, 400]), windowUpdate(1, 600));
      assert.equal(await contentBeforePing(connection), 0);
      await connection.send(windowUpdate(1, 7));
      await expectContent(connection, 7);
    },
  },
  {
    title: "RFC 9113 6.9.2 - a negative window takes an increment of 2^31-1",
    given: initialWindow(1_000),
    send: [get(1, LARGE)],
    expect: async (connection) => {
      await expectContent(connection, 1_000);
      await connection.send(settings([Setting.INITIAL_WINDOW_SIZE, 0]));
      await connection.send(windowUpdate(1, MAX_WINDOW));
      await expectContent(connection, DEFAULT_WINDOW - 1_000);
    },
  },
  {
    title: "RFC 9113 6.9.2 - a negative window is opened by a greater initial window",
    given: initialWindow(1_000),
    send: [get(1, LARGE)],
    expect: async (connection) => {
      await expectContent(connection, 1_000);
      await connection.send(settings([Setting.INITIAL_WINDOW_SIZE, 400]));
      await connection.send(settings([Setting.INITIAL_WINDOW_SIZE, 1_000]));
      assert.equal(await contentBeforePing(connection), 0);
      await connection.send(settings([Setting.INITIAL_WINDOW_SIZE, 1_005]));
      await expectContent(connection, 5);
    },
  },
  {
    title: "RFC 9113 6.9.2 - the initial window does not change the window of the connection",
    given: initialWindow(MAX_WINDOW),
    send: [get(1, LARGE)],
    expect: async (connection) => {
      await expectContent(connection, DEFAULT_WINDOW);
      await connection.send(settings([Setting.INITIAL_WINDOW_SIZE, 1]));
      await connection.send(settings([Setting.INITIAL_WINDOW_SIZE, MAX_WINDOW]));
      assert.equal(await contentBeforePing(connection), 0);
      await connection.send(windowUpdate(0, 9));
      await expectContent(connection, 9);
    },
  },
  {
    title:
      "RFC 9113 6.9.2 - an initial window that overflows a stream's is a connection error FLOW_CONTROL_ERROR",
    given: open,
    send: [
      windowUpdate(1, MAX_WINDOW - DEFAULT_WINDOW),
      settings([Setting.INITIAL_WINDOW_SIZE, DEFAULT_WINDOW + 1]),
    ],
    expect: connectionError("FLOW_CONTROL_ERROR"),
  },
];
