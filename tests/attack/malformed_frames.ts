import { Buffer } from "node:buffer";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import {
  data,
  frame,
  headerBlock,
  PREFACE,
  settings,
  uint32,
  windowUpdate,
} from "../http2/support/frames.ts";
import { type Attack, CLOSING_MS, type Ending, within } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";
import { startRequest } from "./requests.ts";

const REQUEST = frame(FrameType.HEADERS, Flag.END_HEADERS, 1, headerBlock(startRequest));
const BEGINNING = Buffer.concat([PREFACE, settings()]);

/** The header of a frame that lies about its length. */
function frameOf(length: number, type: number, streamId: number): Buffer {
  const header = frame(type, 0, streamId);
  header.writeUIntBE(length, 0, 3);
  return header;
}

/** What a client sends for which its connection has to end, by the section of RFC 9113 that says so. */
const CONNECTIONS: Readonly<Record<string, Buffer>> = {
  "3.4: HTTP/1.1": Buffer.from("POST /Rides/Start HTTP/1.1\r\nhost: localhost\r\n\r\n"),
  "3.4: a ClientHello": Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3]),
  "3.4: nothing but zeros": Buffer.alloc(64),
  "3.4: a preface without SETTINGS": Buffer.concat([PREFACE, REQUEST]),
  "4.2: a frame of 16 MB": Buffer.concat([BEGINNING, frameOf(2 ** 24 - 1, FrameType.DATA, 1)]),
  "4.2: an unknown frame of 16 MB": Buffer.concat([BEGINNING, frameOf(2 ** 24 - 1, 0xfa, 0)]),
  "4.3: a block of garbage": Buffer.concat([
    BEGINNING,
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, Buffer.alloc(100, 0xff)),
  ]),
  "4.3: Huffman code without an end": Buffer.concat([
    BEGINNING,
    frame(
      FrameType.HEADERS,
      Flag.END_HEADERS,
      1,
      Buffer.from([0x40, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00]),
    ),
  ]),
  "5.1: DATA for a stream that was never open": Buffer.concat([
    BEGINNING,
    data(1, Buffer.alloc(9)),
  ]),
  "5.1.1: a stream of the server's": Buffer.concat([
    BEGINNING,
    frame(FrameType.HEADERS, Flag.END_HEADERS, 2, headerBlock(startRequest)),
  ]),
  "6.1: DATA for no stream": Buffer.concat([BEGINNING, data(0, Buffer.alloc(9))]),
  "6.1: more padding than there is": Buffer.concat([
    BEGINNING,
    REQUEST,
    data(1, Buffer.from([200, 1, 2]), Flag.PADDED),
  ]),
  "6.4: RST_STREAM of 3 bytes": Buffer.concat([
    BEGINNING,
    REQUEST,
    frame(FrameType.RST_STREAM, 0, 1, Buffer.alloc(3)),
  ]),
  "6.5: SETTINGS of 5 bytes": Buffer.concat([
    PREFACE,
    frame(FrameType.SETTINGS, 0, 0, Buffer.alloc(5)),
  ]),
  "6.5.2: a window of 4 GB": Buffer.concat([PREFACE, settings([4, 2 ** 32 - 1])]),
  "6.6: PUSH_PROMISE": Buffer.concat([
    BEGINNING,
    frame(FrameType.PUSH_PROMISE, Flag.END_HEADERS, 1, Buffer.concat([uint32(2), headerBlock([])])),
  ]),
  "6.7: PING of 7 bytes": Buffer.concat([BEGINNING, frame(FrameType.PING, 0, 0, Buffer.alloc(7))]),
  "6.8: GOAWAY of 3 bytes": Buffer.concat([
    BEGINNING,
    frame(FrameType.GOAWAY, 0, 0, Buffer.alloc(3)),
  ]),
  "6.9: an increment of 0": Buffer.concat([BEGINNING, windowUpdate(0, 0)]),
  "6.9.1: a window that overflows": Buffer.concat([BEGINNING, windowUpdate(0, 2 ** 31 - 1)]),
  "6.10: CONTINUATION of nothing": Buffer.concat([
    BEGINNING,
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, headerBlock(startRequest)),
  ]),
  "6.10: another frame in a block": Buffer.concat([
    BEGINNING,
    frame(FrameType.HEADERS, 0, 1, headerBlock(startRequest)),
    frame(FrameType.PING, 0, 0, Buffer.alloc(8)),
  ]),
};

/** Frames that no client library sends, each on a connection of its own, which has to end. */
export const malformedFrames: Attack = {
  name: "malformed frames",
  limit: "RFC 9113",
  go: ({ port }) => Promise.all(Object.values(CONNECTIONS).map((bytes) => sendTo(port, bytes))),
};

async function sendTo(port: number, bytes: Buffer): Promise<Ending> {
  await using connection = (await RawConnection.open(port)).read();
  await connection.send(bytes);
  const passedAt = performance.now();
  await within(CLOSING_MS, connection.ended);
  const { closedAt, goawayCode } = connection;
  return { closedAfterMs: closedAt && Math.max(0, closedAt - passedAt), goawayCode };
}
