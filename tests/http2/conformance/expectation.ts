/** What a case expects of the server after the frames that it sends. */

import assert from "node:assert/strict";
import type { Connection } from "./connection.ts";
import { ascii, type ErrorCode, errorCode, Flag, type Frame, ping, Type } from "./frame.ts";
import { get } from "./request.ts";

export type Expectation = (connection: Connection) => Promise<void>;

/** No case opens a stream above this one, so that a request can always be made on it. */
const LAST_STREAM = 2 ** 20 + 1;

/** The connection ends with GOAWAY and one of these codes (RFC 9113 section 5.4.1). */
export function connectionError(...codes: ErrorCode[]): Expectation {
  return async (connection) => {
    let reported: Frame | undefined;
    for (let frame; (frame = await connection.next());) {
      if (frame.type === Type.GOAWAY && errorCode(frame) !== "NO_ERROR") {
        assertCode(frame, codes);
        reported = frame;
      }
    }
    assert(reported, "the connection was closed without GOAWAY");
  };
}

/** The connection is closed as for an invalid preface: GOAWAY may be omitted (section 3.4). */
export const prefaceRefused: Expectation = async (connection) => {
  for (let frame; (frame = await connection.next());) {
    if (frame.type === Type.GOAWAY) assertCode(frame, ["PROTOCOL_ERROR"]);
  }
};

/** Stream 1 meets a stream error. */
export function streamError(...codes: ErrorCode[]): Expectation {
  return streamErrorOn(1, ...codes);
}

/**
 * The stream is reset with one of these codes and the connection serves on (section 5.4.2), or the
 * server ends the whole connection with that code, as section 5.4.1 lets it.
 */
export function streamErrorOn(stream: number, ...codes: ErrorCode[]): Expectation {
  return (connection) => refused(connection, stream, codes);
}

/** The request on stream 1 meets a stream error or, as section 8.2.1 prefers, status 400. */
export const malformed: Expectation = (connection) =>
  refused(connection, 1, ["PROTOCOL_ERROR"], "400");

/** The frames are passed over; the connection serves on. */
export const ignored: Expectation = async (connection) => {
  await served(connection);
  for (const { type } of connection.received) {
    assert(type !== Type.RST_STREAM && type !== Type.GOAWAY, "the frames are met by an error");
  }
};

/** The server passes over the frames, or ends the stream or the connection with one of these codes. */
export function ignoredOr(...codes: ErrorCode[]): Expectation {
  return async (connection) => {
    await connection.send(ping(new Uint8Array(8)));
    for (let frame; (frame = await connection.next()) && frame.type !== Type.PING;) {
      if (frame.type === Type.GOAWAY || frame.type === Type.RST_STREAM) assertCode(frame, codes);
    }
  };
}

/** Stream 1 is answered with 200 and the connection serves on. */
export const answered: Expectation = async (connection) => {
  assert.equal((await connection.response(1)).status, "200");
  await served(connection);
};

/** Stream 1 is answered with 200 and this content, which it carried, and the connection serves on. */
export function echoed(content: string | Uint8Array): Expectation {
  return async (connection) => {
    const { status, body } = await connection.response(1);
    assert.equal(status, "200");
    assert.deepEqual(body, typeof content === "string" ? ascii(content) : content);
    await served(connection);
  };
}

/** Another request on the connection is answered; its content may lack a window. */
export const served: Expectation = async (connection) => {
  await connection.send(get(LAST_STREAM));
  const frame = await connection.find(Type.HEADERS, LAST_STREAM);
  assert.deepEqual(connection.block(frame).fields[0], [":status", "200"]);
};

async function refused(
  connection: Connection,
  stream: number,
  codes: ErrorCode[],
  refusingStatus?: string,
): Promise<void> {
  for (let status = "";;) {
    const frame = await connection.next();
    assert(frame, "the connection was closed without GOAWAY or RST_STREAM");
    if (frame.type === Type.GOAWAY && errorCode(frame) !== "NO_ERROR") {
      assertCode(frame, codes);
      while (await connection.next());
      return;
    }
    if (frame.stream !== stream) continue;
    if (frame.type === Type.RST_STREAM) {
      assertCode(frame, codes);
      return await served(connection);
    }
    if (frame.type === Type.HEADERS) status = connection.block(frame).fields[0]?.[1] ?? "";
    if (frame.type <= Type.HEADERS && frame.flags & Flag.END_STREAM) {
      // What comes behind the end of a request may come behind its answer, too.
      if (codes.includes("STREAM_CLOSED")) continue;
      assert.equal(status, refusingStatus, "the request was answered");
      return await served(connection);
    }
  }
}

function assertCode(frame: Frame, codes: ErrorCode[]): void {
  const code = errorCode(frame);
  assert(codes.includes(code), `the error code is ${code} instead of ${codes.join(" or ")}`);
}
