import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import type { Connection } from "./connection.ts";
import { answered, echoed, malformed, served, streamError } from "./expectation.ts";
import { ascii, data, errorCode, Flag, headers, Type } from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, lastData, padded, post, trailers, withValues } from "./request.ts";
import { EARLY, TRAILER } from "./site.ts";
import { open, ready, type State } from "./state.ts";

/** Stream 1 carries a POST whose `content-length` fields are these. */
function announced(...lengths: string[]): State {
  return async (connection) => {
    await ready(connection);
    await connection.send(post(1, ...lengths.map((length) => ["content-length", length] as const)));
  };
}

/** A request whose end has yet to come, and which is answered before. */
const EARLY_REQUEST = headers(1, fieldBlock(withValues(GET, { ":path": EARLY })), Flag.END_HEADERS);

/** The connection serves on; RST_STREAM may ask the client to stop, with NO_ERROR. */
async function expectNoStreamError(connection: Connection): Promise<void> {
  await served(connection);
  for (const frame of connection.received) {
    if (frame.type === Type.RST_STREAM) assert.equal(errorCode(frame), "NO_ERROR");
  }
}

/** The types of the frames on a stream, and whether each ends it. */
function framesOf(connection: Connection, stream: number): string[] {
  const names = ["DATA", "HEADERS"];
  return connection.received.filter((frame) => frame.stream === stream).map(({ type, flags }) =>
    `${names[type] ?? type}${flags & Flag.END_STREAM ? " END_STREAM" : ""}`
  );
}

export const messages: Case[] = [
  {
    title: "RFC 9113 8.1 - a request of HEADERS, DATA and trailers is answered",
    given: open,
    send: [data(1, ascii("text")), trailers(1, ["x-trailer", "1"])],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 8.1 - a request of HEADERS and trailers is answered",
    given: open,
    send: [trailers(1, ["x-trailer", "1"])],
    expect: echoed(""),
  },
  {
    title: "RFC 9113 8.1 - trailers without a field are accepted",
    given: open,
    send: [data(1, ascii("text")), trailers(1)],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 8.1 - a request without a field is malformed",
    send: [headers(1, [])],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1 - a response is HEADERS, DATA and trailers, which end the stream",
    send: [get(1)],
    expect: async (connection) => {
      const { trailers } = await connection.response(1);
      assert.match(framesOf(connection, 1).join(), /^HEADERS(,DATA)+,HEADERS END_STREAM$/);
      assert.deepEqual(trailers, [TRAILER]);
    },
  },
  {
    title: "RFC 9113 8.1 - the response to a HEAD request has no content",
    send: [headers(1, fieldBlock(withValues(GET, { ":method": "HEAD" })))],
    expect: async (connection) => {
      const { status, body } = await connection.response(1);
      assert.equal(status, "200");
      assert.equal(body.length, 0);
    },
  },
  {
    title: "RFC 9113 8.1 - trailers without END_STREAM are malformed",
    given: open,
    send: [headers(1, fieldBlock([["x-trailer", "1"]]), Flag.END_HEADERS)],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1 - a second header section is malformed",
    given: open,
    send: [get(1)],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1 - a pseudo-header field in trailers is malformed",
    given: open,
    send: [data(1, ascii("text")), trailers(1, ["x-trailer", "1"], [":path", "/"])],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1 - trailers of nothing but a pseudo-header field are malformed",
    given: open,
    send: [data(1, ascii("text")), trailers(1, [":path", "/"])],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1 - DATA after trailers is an error STREAM_CLOSED",
    given: open,
    send: [trailers(1, ["x-trailer", "1"]), data(1, ascii("text"))],
    expect: streamError("STREAM_CLOSED"),
  },
];

export const earlyResponses: Case[] = [
  {
    title: "RFC 9113 8.1 - a response before the end of the request is complete",
    send: [EARLY_REQUEST],
    expect: async (connection) => {
      assert.equal((await connection.response(1)).status, "200");
      await expectNoStreamError(connection);
    },
  },
  {
    title: "RFC 9113 8.1 - the rest of a request that is answered already is no error",
    send: [EARLY_REQUEST],
    expect: async (connection) => {
      await connection.response(1);
      await connection.send(data(1, ascii("text")), trailers(1, ["x-trailer", "1"]));
      await expectNoStreamError(connection);
    },
  },
];

export const contentLength: Case[] = [
  {
    title: "RFC 9113 8.1.1 - content of the announced length is accepted",
    given: announced("4"),
    send: [data(1, ascii("te")), lastData(1, "xt")],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 8.1.1 - padding does not count for the announced length",
    given: announced("4"),
    send: [data(1, padded(ascii("text"), 20), Flag.PADDED | Flag.END_STREAM)],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 8.1.1 - content of the announced length may be followed by trailers",
    given: announced("4"),
    send: [data(1, ascii("text")), trailers(1, ["x-trailer", "1"])],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 8.1.1 - an announced length of 0 is accepted without content",
    send: [headers(1, fieldBlock([...GET, ["content-length", "0"]]))],
    expect: answered,
  },
  {
    title: "RFC 9113 8.1.1 - content shorter than announced is malformed",
    given: announced("4"),
    send: [lastData(1, "tex")],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - content in several frames shorter than announced is malformed",
    given: announced("4"),
    send: [data(1, ascii("t")), lastData(1, "ex")],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - content longer than announced is malformed",
    given: announced("4"),
    send: [lastData(1, "texts")],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - content in several frames longer than announced is malformed",
    given: announced("4"),
    send: [data(1, ascii("tex")), data(1, ascii("ts"))],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - content after that of the announced length is malformed",
    given: announced("4"),
    send: [data(1, ascii("text")), data(1, ascii("s"))],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - content where none is announced is malformed",
    given: announced("0"),
    send: [lastData(1, "text")],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - content shorter than announced before trailers is malformed",
    given: announced("4"),
    send: [data(1, ascii("tex")), trailers(1, ["x-trailer", "1"])],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - no content where some is announced is malformed",
    send: [headers(1, fieldBlock([...GET, ["content-length", "4"]]))],
    expect: malformed,
  },
  ...["", "four", "-4", "+4", "4.0", "0x4", "4,5", "4".repeat(20)].map((length): Case => ({
    title: `RFC 9113 8.1.1 - a content-length of "${length}" is malformed`,
    given: announced(length),
    send: [lastData(1, "text")],
    expect: malformed,
  })),
  {
    title: "RFC 9113 8.1.1 - an empty content-length is malformed without content, too",
    send: [headers(1, fieldBlock([...GET, ["content-length", ""]]))],
    expect: malformed,
  },
  {
    title: "RFC 9113 8.1.1 - two lengths that differ are malformed",
    given: announced("4", "5"),
    send: [lastData(1, "text")],
    expect: malformed,
  },
];
