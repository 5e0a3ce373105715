import { Buffer } from "node:buffer";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { DEFAULT_LIMITS } from "../../rides/http2/mod.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { data, frame, headerBlock, windowUpdate } from "../http2/support/frames.ts";
import { type Attack, CLOSING_MS, sleep } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";
import { fieldsOf, startRequest } from "./requests.ts";

const REQUEST_FRAMES = 60_000;
const FRAMES_AT_ONCE = 500;

/** A message of which a byte comes in each frame, and never the last one. A server has to bear it. */
export const oneByteFrames: Attack = {
  name: "60,000 one-byte DATA frames",
  async go({ port }) {
    await using connection = (await (await RawConnection.open(port)).begin()).read();
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(REQUEST_FRAMES + 1, 1);
    await connection.send(Buffer.concat([
      frame(FrameType.HEADERS, Flag.END_HEADERS, 1, headerBlock(startRequest)),
      data(1, prefix),
    ]));
    const some = Buffer.concat(Array(FRAMES_AT_ONCE).fill(data(1, Buffer.alloc(1))));
    for (let sent = 0; sent < REQUEST_FRAMES; sent += FRAMES_AT_ONCE) await connection.send(some);
    await sleep(200);
    return [{ closedAfterMs: undefined, isBorne: !connection.isClosed }];
  },
};

/** As many as a connection may have open. */
const STREAMS = 100;

/**
 * Asks for answers of some KB, a descriptor each, and takes a byte of each now and then. Streams are
 * reset after the stall limit, which is minutes.
 */
export const oneByteWindow: Attack = {
  name: "window of 1 byte",
  limit: "stallTimeoutMs",
  async go({ port, until, patient }) {
    await using connection = await (await RawConnection.open(port))
      .begin([SettingId.INITIAL_WINDOW_SIZE, 1]);
    const open = new Set<number>();
    let lastResetAt: number | undefined;
    connection.read(({ type, streamId }) => {
      if (type === FrameType.RST_STREAM && open.delete(streamId)) lastResetAt = performance.now();
    });
    const block = headerBlock(fieldsOf(REFLECTION_PATH));
    const question = fileQuestion();
    for (let id = 1; open.size < STREAMS; id += 2) {
      open.add(id);
      await connection.send(Buffer.concat([
        frame(FrameType.HEADERS, Flag.END_HEADERS, id, block),
        data(id, question, Flag.END_STREAM),
      ]));
    }
    const passedAt = performance.now() + DEFAULT_LIMITS.stallTimeoutMs;
    const end = patient ? passedAt + CLOSING_MS : until;
    while (open.size > 0 && !connection.isClosed && performance.now() < end) {
      await sleep(500);
      await connection.send(Buffer.concat([...open].map((id) => windowUpdate(id, 1))));
    }
    if (!patient) return [{ closedAfterMs: undefined, isBorne: !connection.isClosed }];
    const endedAt = open.size === 0 ? lastResetAt : connection.closedAt;
    return [{ closedAfterMs: endedAt && Math.max(0, endedAt - passedAt) }];
  },
};

export const REFLECTION_PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

/** Asks for the file with the service CarService and what it imports, the largest answer there is. */
export function fileQuestion(): Buffer {
  const method = serviceNamed("grpc.reflection.v1.ServerReflection")["ServerReflectionInfo"]!;
  const message = method.requestSerialize({ file_containing_symbol: "rides.v1.CarService" });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
