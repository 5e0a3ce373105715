import { Buffer } from "node:buffer";
import { Flag, FrameType, MAX_WINDOW } from "../../rides/http2/frame.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { data, frame, headerBlock, windowUpdate } from "../http2/support/frames.ts";
import type { Attack } from "./definition.ts";
import { fileQuestion, REFLECTION_PATH } from "./hungry.ts";
import { hold, RawConnection } from "./raw_connection.ts";
import { fieldsOf } from "./requests.ts";

const CONNECTIONS = 10;
/** As many as a connection may have open. */
const STREAMS = 100;
const QUESTIONS = 20;

/**
 * Peers with windows of 2 GB that ask for descriptors, again and again, and read nothing: what a
 * server must not do is answer faster than the socket takes.
 */
export const stalledReaders: Attack = {
  name: "stalled readers",
  async go({ port, until }) {
    await using connections = new AsyncDisposableStack();
    const block = headerBlock(fieldsOf(REFLECTION_PATH));
    const question = fileQuestion();
    const stalled = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      const connection = connections.use(await RawConnection.open(port));
      await connection.begin([SettingId.INITIAL_WINDOW_SIZE, MAX_WINDOW]);
      await connection.send(windowUpdate(0, 2 ** 30));
      for (let index = 0; index < STREAMS; index++) {
        const id = 2 * index + 1;
        await connection.send(Buffer.concat([
          frame(FrameType.HEADERS, Flag.END_HEADERS, id, block),
          ...Array(QUESTIONS).fill(data(id, question)),
        ]));
      }
      return connection;
    }));
    return await hold(stalled, until);
  },
};
