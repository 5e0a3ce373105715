import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { connectionError, type Expectation, ignoredOr } from "./expectation.ts";
import { ascii, Flag, frame, goaway, readUint32, Type } from "./frame.ts";
import { get, lastData } from "./request.ts";
import { open } from "./state.ts";

/** The request that was under way is answered with what it carried. */
const finishes: Expectation = async (connection) => {
  const { status, body } = await connection.response(1);
  assert.equal(status, "200");
  assert.deepEqual(body, ascii("text"));
};

export const goawayFrames: Case[] = [
  {
    title: "RFC 9113 6.8 - after GOAWAY an open stream is served to its end",
    given: open,
    send: [goaway(0, 0), lastData(1, "text")],
    expect: finishes,
  },
  {
    title: "RFC 9113 6.8 - GOAWAY may carry debug data",
    given: open,
    send: [goaway(0, 0, "opaque debug data"), lastData(1, "text")],
    expect: finishes,
  },
  {
    title: "RFC 9113 6.8 - GOAWAY may be sent again with a lower last stream",
    given: open,
    send: [goaway(2, 0), goaway(0, 0), lastData(1, "text")],
    expect: finishes,
  },
  {
    title: "RFC 9113 6.8 - GOAWAY on an idle connection is no error",
    send: [goaway(0, 0)],
    expect: ignoredOr("NO_ERROR"),
  },
  {
    title: "RFC 9113 6.8 - a stream that is opened after GOAWAY is served, or named by none",
    given: open,
    send: [goaway(0, 0), get(3), lastData(1, "text")],
    expect: async (connection) => {
      let served = false;
      let last = Infinity;
      for (let ended = 0; ended < 2;) {
        const frame = await connection.next();
        if (!frame) break;
        if (frame.type === Type.GOAWAY) last = readUint32(frame.payload);
        served ||= frame.stream === 3;
        if (frame.type <= Type.HEADERS && frame.flags & Flag.END_STREAM) ended++;
      }
      assert.equal(served, last >= 3);
    },
  },
  {
    title: "RFC 9113 6.8 - GOAWAY on a stream is a connection error PROTOCOL_ERROR",
    given: open,
    send: [frame(Type.GOAWAY, Flag.NONE, 1, new Uint8Array(8))],
    expect: connectionError("PROTOCOL_ERROR"),
  },
];
