/** That it does not matter over which connections, in which order and how often positions come. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { RidesClient } from "../../rides/client/client.ts";
import { encodeBatch } from "../../rides/client/upload/batch.ts";
import type { Position } from "../../rides/domain/position.ts";
import { fromMilliseconds } from "../../rides/domain/timestamp.ts";
import { checkAsyncProperty } from "../support/property.ts";
import { Serving } from "../support/serving.ts";

const CARS = [7n, 8n] as const;
const FIXES = 1_000;
const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();

/** By turns of both cars: through rides that begin an hour ago, and on behind their ends, which are now. */
const POSITIONS: readonly Position[] = Array.from({ length: FIXES }, (_, n) => ({
  carId: CARS[n % 2]!,
  // None within minutes of now: the rides of two servers do not end at the same moment.
  time: fromMilliseconds(NOW_MS + (n < 800 ? n - 1_000 : n) * 5_000),
  location: n % 97 === 50
    ? { lat: 0, lng: 0 }
    : { lat: 51 + (n % 89 === 3 ? 1 : 0), lng: n * 0.0001 },
}));

/** What a server says of positions that `send` gives it, while each car has a ride. */
async function toldBy(send: (address: string) => Promise<void>) {
  await using serving = await Serving.start();
  const { address } = serving;
  await using client = new RidesClient({ address });
  const time = fromMilliseconds(NOW_MS - HOUR_MS);
  const ride = { driverId: "Ada", passengerIds: [], type: 0, time };
  const ids = await Promise.all(CARS.map((carId) => client.start({ ...ride, carId })));
  await send(address);
  const rides = await Promise.all(ids.map((id) => client.rides.complete(id)));
  const histories = await Promise.all(
    CARS.map((carId) => Array.fromAsync(client.cars.history(carId))),
  );
  return {
    rides: rides.map(({ distanceMicrometers, positionCount }) => {
      return { distanceMicrometers, positionCount };
    }),
    histories: histories.map((fixes) => fixes.map(({ receivedMs: _, ...fix }) => fix)),
    latest: await Promise.all(CARS.map(async (carId) => (await client.cars.get(carId)).timeMs)),
  };
}

async function* inBatches(positions: readonly Position[], size: number) {
  for (let at = 0; at < positions.length; at += size) {
    yield encodeBatch(at + 1, positions.slice(at, at + size));
  }
}

/** Sends them over one connection; where it is cut, that is at the first acknowledgement. */
async function upload(address: string, positions: readonly Position[], isCut: boolean) {
  await using client = new RidesClient({ address });
  let acknowledged = 0;
  for await (const sequence of client.cars.upload(inBatches(positions, 20))) {
    acknowledged = sequence;
    if (isCut) break;
  }
  return acknowledged;
}

Deno.test("positions - shuffled, doubled and split over reconnects tell the same of rides and cars", async () => {
  const expected = await toldBy(async (address) => {
    equal(await upload(address, POSITIONS, false), FIXES);
  });
  ok(expected.rides.every(({ distanceMicrometers }) => distanceMicrometers > 0));
  const all = [...POSITIONS, ...POSITIONS];
  const property = fc.asyncProperty(
    fc.shuffledSubarray(all, { minLength: all.length }),
    fc.array(fc.integer({ min: 50, max: 300 }), { minLength: 3, maxLength: 9 }),
    async (disordered, sizes) => {
      const told = await toldBy(async (address) => {
        let at = 0;
        for (let turn = 0; at < all.length; turn++) {
          const some = disordered.slice(at, at + sizes[turn % sizes.length]!);
          at += await upload(address, some, turn % 2 === 0);
        }
      });
      deepEqual(told, expected);
    },
  );
  await checkAsyncProperty(property, { numRuns: 3, endOnFailure: true });
});
