import type { Case } from "./case.ts";
import { answered, connectionError, echoed } from "./expectation.ts";
import { continuation, data, Flag, headers, priority } from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, lastData, POST, unknownFrame } from "./request.ts";
import { open } from "./state.ts";

const BLOCK = fieldBlock(GET);
const TRAILERS = fieldBlock([["x-trailer", "1"]]);

/** HEADERS and a CONTINUATION that leave their field block open. */
const UNFINISHED = [
  headers(1, BLOCK.subarray(0, 10), Flag.END_STREAM),
  continuation(1, BLOCK.subarray(10, 20), Flag.NONE),
];

export const continuationFrames: Case[] = [
  {
    title: "RFC 9113 6.10 - several CONTINUATION frames are accepted",
    send: [...UNFINISHED, continuation(1, BLOCK.subarray(20))],
    expect: answered,
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION may carry all of a block or nothing of it",
    send: [
      headers(1, [], Flag.END_STREAM),
      continuation(1, BLOCK, Flag.NONE),
      continuation(1, []),
    ],
    expect: answered,
  },
  {
    title: "RFC 9113 6.10 - a request continued before its content is accepted",
    send: [headers(1, [], Flag.NONE), continuation(1, fieldBlock(POST)), lastData(1, "text")],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 6.10 - trailers may be continued",
    given: open,
    send: [
      data(1, [0x61]),
      headers(1, TRAILERS.subarray(0, 5), Flag.END_STREAM),
      continuation(1, TRAILERS.subarray(5)),
    ],
    expect: echoed("a"),
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION followed by DATA is a connection error PROTOCOL_ERROR",
    send: [...UNFINISHED, data(1, [0x61])],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION followed by HEADERS is a connection error PROTOCOL_ERROR",
    send: [...UNFINISHED, get(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION followed by PRIORITY is a connection error PROTOCOL_ERROR",
    send: [...UNFINISHED, priority(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 6.10 - CONTINUATION followed by an unknown frame is a connection error PROTOCOL_ERROR",
    send: [...UNFINISHED, unknownFrame(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 6.10 - CONTINUATION followed by that of another stream is a connection error PROTOCOL_ERROR",
    send: [...UNFINISHED, continuation(3, BLOCK)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION on stream 0 is a connection error PROTOCOL_ERROR",
    send: [headers(1, [], Flag.END_STREAM), continuation(0, BLOCK)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION after a finished HEADERS is a connection error",
    send: [headers(1, BLOCK, Flag.END_HEADERS), continuation(1, TRAILERS)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION after a finished CONTINUATION is a connection error",
    send: [
      headers(1, [], Flag.NONE),
      continuation(1, fieldBlock(POST)),
      continuation(1, TRAILERS),
    ],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.10 - CONTINUATION after DATA is a connection error PROTOCOL_ERROR",
    given: open,
    send: [data(1, [0x61]), continuation(1, TRAILERS)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
];
