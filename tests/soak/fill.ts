import { RidesClient } from "../../rides/client/client.ts";
import { encodeBatch } from "../../rides/client/upload/batch.ts";
import type { Position } from "../../rides/domain/position.ts";
import type { Place } from "./caller.ts";

/** At some 36 bytes each more than the writer's cache of pages takes, which are 64 MiB. */
const POSITIONS = 2_500_000;
const POSITIONS_PER_REQUEST = 10_000;
const CARS = 100;
const FIRST_CAR = 10_000;
const BEGAN_MS = Date.now() - POSITIONS / CARS * 1_000;

/**
 * Has a server store so much that its caches are full. Until then its memory grows by what it stores, and a fast
 * machine stores more than a slow one.
 */
export async function fill({ port, ca }: Place): Promise<void> {
  const tls = ca === undefined ? undefined : { ca };
  await using client = new RidesClient({ address: `localhost:${port}`, tls });
  for await (const _ of client.cars.upload(requests()));
}

async function* requests(): AsyncGenerator<ReturnType<typeof encodeBatch>> {
  for (let first = 0; first < POSITIONS; first += POSITIONS_PER_REQUEST) {
    yield encodeBatch(
      first,
      Array.from({ length: POSITIONS_PER_REQUEST }, (_, n) => at(first + n)),
    );
  }
}

/** Each car has a position a second. */
function at(index: number): Position {
  const seconds = Math.floor(BEGAN_MS / 1_000) + Math.floor(index / CARS);
  const location = { lat: 40 + seconds % 10_000 / 1_000, lng: 10 };
  return { carId: BigInt(FIRST_CAR + index % CARS), time: { seconds, nanos: 0 }, location };
}
