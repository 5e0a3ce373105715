import type { Case } from "./case.ts";
import { answered, connectionError, echoed } from "./expectation.ts";
import {
  concat,
  continuation,
  data,
  dependency,
  Flag,
  frame,
  goaway,
  headers,
  ping,
  priority,
  rstStream,
  settings,
  Type,
  uint32,
  windowUpdate,
} from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, padded } from "./request.ts";
import { open } from "./state.ts";

const END = Flag.END_STREAM | Flag.END_HEADERS;
const BLOCK = fieldBlock(GET);

/** HEADERS that leaves its field block open, and then something other than its CONTINUATION. */
function interrupted(by: Uint8Array): Pick<Case, "send" | "expect"> {
  return {
    send: [
      headers(1, BLOCK.subarray(0, 20), Flag.END_STREAM),
      by,
      continuation(1, BLOCK.subarray(20)),
    ],
    expect: connectionError("PROTOCOL_ERROR"),
  };
}

export const headersFrames: Case[] = [
  {
    title: "RFC 9113 6.2 - HEADERS with padding is accepted",
    send: [headers(1, padded(BLOCK, 255), Flag.PADDED | END)],
    expect: answered,
  },
  {
    title: "RFC 9113 6.2 - HEADERS with a pad length of 0 is accepted",
    send: [headers(1, padded(BLOCK, 0), Flag.PADDED | END)],
    expect: answered,
  },
  {
    title: "RFC 9113 6.2 - HEADERS with priority is accepted",
    send: [headers(1, concat(dependency(0), BLOCK), Flag.PRIORITY | END)],
    expect: answered,
  },
  {
    title: "RFC 9113 6.2 - HEADERS with priority and padding is accepted",
    send: [
      headers(
        1,
        padded(concat(dependency(3, 255, true), BLOCK), 9),
        Flag.PADDED | Flag.PRIORITY | END,
      ),
    ],
    expect: answered,
  },
  {
    title: "RFC 9113 6.2 - HEADERS with nothing but priority and padding may be continued",
    send: [
      headers(1, padded(dependency(0), 9), Flag.PADDED | Flag.PRIORITY | Flag.END_STREAM),
      continuation(1, BLOCK),
    ],
    expect: answered,
  },
  {
    title: "RFC 9113 6.2 - trailers with padding are accepted",
    given: open,
    send: [headers(1, padded(fieldBlock([["x-trailer", "1"]]), 9), Flag.PADDED | END)],
    expect: echoed(""),
  },
  {
    title: "RFC 9113 6.2 - HEADERS on stream 0 is a connection error PROTOCOL_ERROR",
    send: [get(0)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.2 - padding as long as the payload is a connection error PROTOCOL_ERROR",
    send: [headers(1, concat([BLOCK.length + 1], BLOCK), Flag.PADDED | END)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.2 - padding longer than the payload is a connection error PROTOCOL_ERROR",
    send: [headers(1, concat([255], BLOCK), Flag.PADDED | END)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.2 - padding that leaves no room for priority is a connection error",
    send: [headers(1, padded([0, 0, 0, 0], 4), Flag.PADDED | Flag.PRIORITY | END)],
    expect: connectionError("PROTOCOL_ERROR", "FRAME_SIZE_ERROR"),
  },
  {
    title: "RFC 9113 6.2 - DATA within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(data(1, [0])),
  },
  {
    title: "RFC 9113 6.2 - HEADERS within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(headers(1, BLOCK)),
  },
  {
    title:
      "RFC 9113 6.2 - HEADERS of another stream within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(headers(3, BLOCK)),
  },
  {
    title: "RFC 9113 6.2 - PRIORITY within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(priority(1)),
  },
  {
    title: "RFC 9113 6.2 - RST_STREAM within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(rstStream(1)),
  },
  {
    title: "RFC 9113 6.2 - SETTINGS within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(settings()),
  },
  {
    title: "RFC 9113 6.2 - PING within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(ping(new Uint8Array(8))),
  },
  {
    title:
      "RFC 9113 6.2 - WINDOW_UPDATE within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(windowUpdate(0, 1)),
  },
  {
    title: "RFC 9113 6.2 - GOAWAY within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(goaway(0, 0)),
  },
  {
    title:
      "RFC 9113 6.2 - PUSH_PROMISE within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(frame(Type.PUSH_PROMISE, Flag.END_HEADERS, 1, concat(uint32(2), BLOCK))),
  },
  {
    title:
      "RFC 9113 6.2 - CONTINUATION of another stream within a header section is a connection error PROTOCOL_ERROR",
    ...interrupted(continuation(3, BLOCK)),
  },
];
