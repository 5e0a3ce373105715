import type { Case } from "./case.ts";
import { answered, connectionError, echoed, ignoredOr, streamError } from "./expectation.ts";
import { concat, dependency, Flag, headers, priority } from "./frame.ts";
import { fieldBlock } from "./hpack.ts";
import { GET, get, lastData } from "./request.ts";
import { open } from "./state.ts";

export const priorityFrames: Case[] = [
  {
    title: "RFC 9113 6.3 - PRIORITY of the least and the greatest weight is accepted",
    given: open,
    send: [priority(1, dependency(0, 0)), priority(1, dependency(0, 255)), lastData(1, "text")],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 6.3 - PRIORITY that depends on an unknown stream is accepted",
    given: open,
    send: [priority(1, dependency(77, 15, true)), lastData(1, "text")],
    expect: echoed("text"),
  },
  {
    title: "RFC 9113 5.3.2 - HEADERS that depends on its own stream is ignored or an error",
    send: [
      headers(
        1,
        concat(dependency(1), fieldBlock(GET)),
        Flag.PRIORITY | Flag.END_HEADERS | Flag.END_STREAM,
      ),
    ],
    expect: ignoredOr("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 5.3.2 - PRIORITY that depends on its own stream is ignored or an error",
    given: open,
    send: [priority(1, dependency(1))],
    expect: ignoredOr("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.3 - PRIORITY does not open an idle stream",
    send: [priority(3), get(1)],
    expect: answered,
  },
  {
    title: "RFC 9113 6.3 - PRIORITY on stream 0 is a connection error PROTOCOL_ERROR",
    send: [priority(0)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.3 - PRIORITY shorter than 5 octets is a stream error FRAME_SIZE_ERROR",
    given: open,
    send: [priority(1, [0, 0, 0, 0])],
    expect: streamError("FRAME_SIZE_ERROR"),
  },
  {
    title: "RFC 9113 6.3 - PRIORITY longer than 5 octets is a stream error FRAME_SIZE_ERROR",
    given: open,
    send: [priority(1, [0, 0, 0, 0, 15, 0])],
    expect: streamError("FRAME_SIZE_ERROR"),
  },
];
