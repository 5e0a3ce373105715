import { Buffer } from "node:buffer";
import { Flag, FrameType, MAX_WINDOW } from "../../rides/http2/frame.ts";
import { SettingId } from "../../rides/http2/settings.ts";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { data, frame, headerBlock, windowUpdate } from "../http2/support/frames.ts";
import { framed } from "../support/raw_call.ts";
import type { Attack } from "./definition.ts";
import { hold, RawConnection } from "./raw_connection.ts";
import { fieldsOf } from "./requests.ts";

const { WatchCars } = carServiceDefinition;

const CONNECTIONS = 50;
/** As many as a connection may have open. */
const STREAMS = 100;

/** Watches all cars five thousand times: whatever others do is to be told to each. */
export const manyWatches: Attack = {
  name: "five thousand watches",
  async go({ port, until }) {
    await using connections = new AsyncDisposableStack();
    const block = headerBlock(fieldsOf(WatchCars.path));
    const all = framed(WatchCars.requestSerialize({ scope: { kind: "all" }, resumeToken: "" }));
    const watching: RawConnection[] = [];
    for (let index = 0; index < CONNECTIONS; index++) {
      const connection = connections.use(await RawConnection.open(port));
      await connection.begin([SettingId.INITIAL_WINDOW_SIZE, MAX_WINDOW]);
      connection.read();
      await connection.send(windowUpdate(0, 2 ** 30));
      for (let stream = 0; stream < STREAMS; stream++) {
        const id = 2 * stream + 1;
        await connection.send(Buffer.concat([
          frame(FrameType.HEADERS, Flag.END_HEADERS, id, block),
          data(id, all, Flag.END_STREAM),
        ]));
      }
      watching.push(connection);
    }
    return await hold(watching, until);
  },
};
