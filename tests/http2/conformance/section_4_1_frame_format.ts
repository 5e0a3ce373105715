import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { answered, echoed, ignored } from "./expectation.ts";
import {
  concat,
  continuation,
  data,
  DEFAULT_FRAME_SIZE,
  Flag,
  frame,
  headers,
  MAX_WINDOW,
  ping,
  priority,
  rstStream,
  Setting,
  settings,
  Type,
  uint32,
  windowUpdate,
} from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, lastData, post, unknownFrame } from "./request.ts";
import { LARGE, LARGE_SIZE } from "./site.ts";
import { closed, halfClosedRemote, open } from "./state.ts";

const RESERVED = 0x8000_0000;
const OPAQUE = new Uint8Array(8);

/** The flags that RFC 9113 defines, by frame type. */
const DEFINED_FLAGS: Record<number, number> = {
  [Type.DATA]: Flag.END_STREAM | Flag.PADDED,
  [Type.HEADERS]: Flag.END_STREAM | Flag.END_HEADERS | Flag.PADDED | Flag.PRIORITY,
  [Type.SETTINGS]: Flag.ACK,
  [Type.PING]: Flag.ACK,
  [Type.CONTINUATION]: Flag.END_HEADERS,
};

function unused(type: number): number {
  return ~(DEFINED_FLAGS[type] ?? 0) & 0xff;
}

export const frameFormat: Case[] = [
  {
    title: "RFC 9113 4.1 - a frame of unknown type on stream 0 is ignored",
    send: [unknownFrame(0)],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - a frame of unknown type on an idle stream is ignored",
    send: [unknownFrame(1)],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - a frame of unknown type on an open stream is ignored",
    given: open,
    send: [unknownFrame(1), lastData(1, "text")],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 4.1 - a frame of unknown type on a half-closed (remote) stream is ignored",
    given: halfClosedRemote,
    send: [unknownFrame(1), windowUpdate(0, 2 * LARGE_SIZE), windowUpdate(1, 2 * LARGE_SIZE)],
    expect: async (connection) => {
      assert.equal((await connection.response(1)).body.length, LARGE_SIZE);
    },
  },
  {
    title: "RFC 9113 4.1 - a frame of unknown type on a closed stream is ignored",
    given: closed,
    send: [unknownFrame(1)],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - an empty frame of unknown type is ignored",
    send: [unknownFrame(0, 0)],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - a frame of unknown type and the greatest size is ignored",
    send: [unknownFrame(0, DEFAULT_FRAME_SIZE)],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - unused flags of HEADERS are ignored",
    send: [
      headers(1, fieldBlock(GET), unused(Type.HEADERS) | Flag.END_HEADERS | Flag.END_STREAM),
    ],
    expect: answered,
  },
  {
    title: "RFC 9113 4.1 - unused flags of CONTINUATION are ignored",
    send: [
      headers(1, [], Flag.END_STREAM),
      continuation(1, fieldBlock(GET), unused(Type.CONTINUATION) | Flag.END_HEADERS),
    ],
    expect: answered,
  },
  {
    title: "RFC 9113 4.1 - unused flags of DATA are ignored",
    given: open,
    send: [
      data(1, [0x61], unused(Type.DATA)),
      data(1, [0x62], unused(Type.DATA) | Flag.END_STREAM),
    ],
    expect: echoed("ab"),
  },
  {
    title: "RFC 9113 4.1 - unused flags of PRIORITY are ignored",
    send: [frame(Type.PRIORITY, 0xff, 1, [0, 0, 0, 0, 15])],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - unused flags of RST_STREAM are ignored",
    given: open,
    send: [frame(Type.RST_STREAM, 0xff, 1, uint32(0))],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - unused flags of SETTINGS are ignored",
    send: [frame(Type.SETTINGS, unused(Type.SETTINGS), 0)],
    expect: async (connection) => {
      await connection.settled();
      await ignored(connection);
    },
  },
  {
    title: "RFC 9113 4.1 - unused flags of PING are ignored",
    send: [ping(OPAQUE, unused(Type.PING))],
    expect: async (connection) => {
      assert.equal((await connection.find(Type.PING)).flags, Flag.ACK);
    },
  },
  {
    title: "RFC 9113 4.1 - unused flags of WINDOW_UPDATE are ignored",
    send: [frame(Type.WINDOW_UPDATE, 0xff, 0, uint32(1))],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - unused flags of GOAWAY are ignored",
    given: open,
    send: [frame(Type.GOAWAY, 0xff, 0, concat(uint32(0), uint32(0))), lastData(1, "text")],
    expect: async (connection) => {
      assert.equal((await connection.response(1)).status, "200");
    },
  },
  {
    title: "RFC 9113 4.1 - the reserved bit of stream frames is ignored",
    send: [
      priority(1 + RESERVED),
      post(1 + RESERVED),
      windowUpdate(1 + RESERVED, 1),
      lastData(1 + RESERVED, "text"),
    ],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 4.1 - the reserved bit of RST_STREAM is ignored",
    given: open,
    send: [rstStream(1 + RESERVED)],
    expect: ignored,
  },
  {
    title: "RFC 9113 4.1 - the reserved bit of connection frames is ignored",
    send: [
      frame(Type.SETTINGS, Flag.NONE, RESERVED),
      frame(Type.PING, Flag.NONE, RESERVED, OPAQUE),
      windowUpdate(RESERVED, 1),
    ],
    expect: async (connection) => {
      await connection.settled();
      await connection.find(Type.PING);
      await ignored(connection);
    },
  },
  {
    title: "RFC 9113 4.1 - the server leaves unused flags and the reserved bit unset",
    send: [settings(), ping(OPAQUE), post(1), lastData(1, "text")],
    expect: async (connection) => {
      await connection.response(1);
      for (const { type, flags, reserved } of connection.received) {
        assert.equal(flags & unused(type), 0, `flags of a frame of type ${type}`);
        assert.equal(reserved, false, `reserved bit of a frame of type ${type}`);
      }
    },
  },
  {
    title: "RFC 9113 4.1 - the server sends no frame longer than the default size unasked",
    given: (connection) => connection.handshake([Setting.INITIAL_WINDOW_SIZE, MAX_WINDOW]),
    send: [windowUpdate(0, LARGE_SIZE), get(1, LARGE)],
    expect: async (connection) => {
      await connection.response(1);
      for (const { payload } of connection.received) assert(payload.length <= DEFAULT_FRAME_SIZE);
    },
  },
];
