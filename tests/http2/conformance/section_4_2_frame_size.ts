import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { connectionError, echoed, served, streamError } from "./expectation.ts";
import { data, DEFAULT_FRAME_SIZE, Flag, frame, headers, Setting, Type } from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET } from "./request.ts";
import { open } from "./state.ts";

/** The field block of a GET with one long field: the length of its value takes two octets more. */
const SHORT_BLOCK = fieldBlock([...GET, ["x-long", ""]]);
const LONG_BLOCK = fieldBlock([
  ...GET,
  ["x-long", "v".repeat(DEFAULT_FRAME_SIZE - SHORT_BLOCK.length - 2)],
]);

/** A frame of one octet more than the server's SETTINGS_MAX_FRAME_SIZE. */
function tooLong(type: number, stream: number): Pick<Case, "expect"> {
  return {
    expect: async (connection) => {
      const limit = connection.serverSettings.get(Setting.MAX_FRAME_SIZE) ?? DEFAULT_FRAME_SIZE;
      await connection.send(frame(type, Flag.END_HEADERS, stream, new Uint8Array(limit + 1)));
      const expected = stream === 0 || type === Type.HEADERS || type === Type.CONTINUATION
        ? connectionError("FRAME_SIZE_ERROR")
        : streamError("FRAME_SIZE_ERROR");
      await expected(connection);
    },
  };
}

export const frameSize: Case[] = [
  {
    title: "RFC 9113 4.2 - DATA of 16,384 octets is accepted",
    given: open,
    send: [data(1, new Uint8Array(DEFAULT_FRAME_SIZE), Flag.END_STREAM)],
    expect: echoed(new Uint8Array(DEFAULT_FRAME_SIZE)),
  },
  {
    title: "RFC 9113 4.2 - HEADERS of 16,384 octets is processed",
    send: [headers(1, LONG_BLOCK)],
    expect: async (connection) => {
      assert.equal(LONG_BLOCK.length, DEFAULT_FRAME_SIZE);
      assert.match((await connection.response(1)).status, /^(200|431)$/);
      await served(connection);
    },
  },
  {
    title: "RFC 9113 4.2 - DATA longer than the limit is an error FRAME_SIZE_ERROR",
    given: open,
    ...tooLong(Type.DATA, 1),
  },
  {
    title: "RFC 9113 4.2 - HEADERS longer than the limit is a connection error FRAME_SIZE_ERROR",
    ...tooLong(Type.HEADERS, 1),
  },
  {
    title: "RFC 9113 4.2 - trailers longer than the limit are a connection error FRAME_SIZE_ERROR",
    given: open,
    ...tooLong(Type.HEADERS, 1),
  },
  {
    title:
      "RFC 9113 4.2 - CONTINUATION longer than the limit is a connection error FRAME_SIZE_ERROR",
    given: async (connection) => {
      await connection.handshake();
      await connection.send(headers(1, fieldBlock(GET), Flag.END_STREAM));
    },
    ...tooLong(Type.CONTINUATION, 1),
  },
  {
    title: "RFC 9113 4.2 - SETTINGS longer than the limit is a connection error FRAME_SIZE_ERROR",
    ...tooLong(Type.SETTINGS, 0),
  },
  {
    title: "RFC 9113 4.2 - GOAWAY longer than the limit is a connection error FRAME_SIZE_ERROR",
    ...tooLong(Type.GOAWAY, 0),
  },
  {
    title:
      "RFC 9113 4.2 - a frame of unknown type longer than the limit is a connection error FRAME_SIZE_ERROR",
    ...tooLong(Type.UNKNOWN, 0),
  },
  {
    title:
      "RFC 9113 4.2 - HEADERS too short for its priority is a connection error FRAME_SIZE_ERROR",
    send: [headers(1, [0, 0, 0, 0], Flag.PRIORITY | Flag.END_HEADERS | Flag.END_STREAM)],
    expect: connectionError("FRAME_SIZE_ERROR"),
  },
  {
    title: "RFC 9113 4.2 - HEADERS too short for its pad length is a connection error",
    send: [headers(1, [], Flag.PADDED | Flag.END_HEADERS | Flag.END_STREAM)],
    expect: connectionError("FRAME_SIZE_ERROR", "PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 4.2 - DATA too short for its pad length is an error",
    given: open,
    send: [data(1, [], Flag.PADDED)],
    expect: streamError("FRAME_SIZE_ERROR", "PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 4.2 - GOAWAY too short for its fields is a connection error FRAME_SIZE_ERROR",
    send: [frame(Type.GOAWAY, Flag.NONE, 0, new Uint8Array(7))],
    expect: connectionError("FRAME_SIZE_ERROR"),
  },
];
