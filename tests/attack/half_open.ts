import { Buffer } from "node:buffer";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { data, frame, headerBlock, PREFACE, settings } from "../http2/support/frames.ts";
import { type Attack, CLOSING_MS, type Ending, within } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";
import { fieldsOf } from "./requests.ts";

const CONNECTIONS = 200;

const TRACK = frame(FrameType.HEADERS, Flag.END_HEADERS, 1, headerBlock(fieldsOf("/Rides/Track")));

/** Where clients stop to talk, for good. */
const BEGINNINGS: readonly Buffer[] = [
  Buffer.alloc(0),
  PREFACE.subarray(0, 10),
  Buffer.concat([PREFACE, settings()]),
  Buffer.concat([PREFACE, settings(), TRACK]),
  Buffer.concat([PREFACE, settings(), TRACK, data(1, Buffer.alloc(100)).subarray(0, 50)]),
];

/** Clients that end their side of the connection, at every stage of it, and keep the other one. */
export const halfOpen: Attack = {
  name: "half-open connections",
  limit: "the client's FIN",
  go: ({ port }) =>
    Promise.all(
      Array.from({ length: CONNECTIONS }, (_, index) =>
        leaveHalfOpen(port, BEGINNINGS[index % BEGINNINGS.length]!)),
    ),
};

async function leaveHalfOpen(port: number, beginning: Buffer): Promise<Ending> {
  await using connection = (await RawConnection.open(port)).read();
  await connection.send(beginning);
  const passedAt = performance.now();
  await connection.closeWrite();
  await within(CLOSING_MS, connection.ended);
  const { closedAt } = connection;
  return { closedAfterMs: closedAt && Math.max(0, closedAt - passedAt) };
}
