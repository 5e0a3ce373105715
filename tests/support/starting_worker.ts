/** A worker that starts a ride at the address it is sent, and says that it has the answer. */
import { RidesClient } from "../../rides/client/client.ts";
import { RIDE } from "./rides.ts";

const scope = globalThis as unknown as Worker;

scope.onmessage = async ({ data: { address, answered } }: MessageEvent<Order>) => {
  await using client = new RidesClient({ address });
  await client.start(RIDE);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
};

/** What the worker is sent. */
export interface Order {
  readonly address: string;
  /** A number that becomes 1 with the answer, in memory that both share. */
  readonly answered: Int32Array<SharedArrayBuffer>;
}
