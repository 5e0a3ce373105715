import type { Buffer } from "node:buffer";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { framed } from "../support/raw_call.ts";
import { type Attack, borneBut, sleep } from "./definition.ts";
import { RawCalls } from "./raw_calls.ts";
import { hold } from "./raw_connection.ts";

const { UploadPositions, ListPositions } = carServiceDefinition;

const CAR = 7n;
/** Two pages of the longest; */
const LINE = 20_000;
/** taken by the server without that others wait for it, since this is not the attack. */
const [UPLOADED, PAUSE_MS] = [200, 5];
const CONNECTIONS = 10;
/** As many as a connection may have open. */
const STREAMS = 100;

/** Asks for long lines of positions, to be simplified to a few: little to send and to take, and much to read. */
export const longLists: Attack = {
  name: "a thousand long lists",
  async go({ port, until }) {
    await using connections = new AsyncDisposableStack();
    const uploading = connections.use(await RawCalls.open(port));
    for (let first = 0; first < LINE; first += UPLOADED) {
      const ended = await uploading.call(UploadPositions.path, positions(first));
      if (ended !== "OK") return [borneBut([`an upload ended with ${ended}`])];
      await sleep(PAUSE_MS);
    }
    const question = framed(ListPositions.requestSerialize({
      parent: `cars/${CAR}`,
      from: null,
      to: null,
      pageSize: 0,
      pageToken: "",
      simplifyTo: 2,
    }));
    const asking = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      const calls = connections.use(await RawCalls.open(port));
      for (let stream = 0; stream < STREAMS; stream++) {
        await calls.start(ListPositions.path, question);
      }
      return calls.connection;
    }));
    return await hold(asking, until);
  },
};

function positions(first: number): Buffer {
  const seconds = Date.UTC(2026, 0, 1) / 1_000 + first;
  return framed(UploadPositions.requestSerialize({
    firstSequence: first,
    positions: Array.from({ length: UPLOADED }, (_, index) => ({
      carId: CAR,
      time: { seconds: seconds + index, nanos: 0 },
      location: { lat: 50 + index * 1e-4, lng: 10 },
    })),
  }));
}
