/** How fast what is stored is read: histories, and who is near. */
import { RidesClient } from "../../../rides/client/client.ts";
import { encodeBatch } from "../../../rides/client/upload/batch.ts";
import { MeasuredServer } from "../../support/measured_server.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { median, percentile } from "../../support/statistics.ts";
import { h2loadAt } from "../h2load.ts";
import { drivenPosition, listBody } from "./bodies.ts";

/** As many positions as a page has at most. */
const PAGE = 10_000;

/** A position on the wire takes at least so many bytes: its car, times and location. */
const POSITION_BYTES = 30;

export interface Reads {
  /** Positions a second of pages as large as they are, in the median round. */
  readonly listed: number;
  /** Of calls of SearchCars among `cars` cars, in milliseconds. */
  readonly searchP99Ms: number;
}

/** @param cars how many there are to search among */
export async function measureReads(
  rounds: number,
  cars: number,
  searches: number,
): Promise<Reads> {
  await using folder = await TemporaryFolder.make();
  await using server = await MeasuredServer.rides(["--store", `sqlite:${folder.path}/rides.db`]);
  await using client = new RidesClient({ address: `127.0.0.1:${server.port}` });
  await upload(client, PAGE, (n) => drivenPosition(1n, n));
  await upload(client, cars - 1, (n) => drivenPosition(BigInt(n + 2), n % 1_000));
  return {
    listed: await listPositions(server.port, folder.path, rounds),
    searchP99Ms: await searchCars(client, searches),
  };
}

async function upload(
  client: RidesClient,
  count: number,
  positionAt: (n: number) => ReturnType<typeof drivenPosition>,
): Promise<void> {
  const requests = async function* () {
    for (let first = 0; first < count; first += PAGE) {
      const length = Math.min(PAGE, count - first);
      yield encodeBatch(first, Array.from({ length }, (_, n) => positionAt(first + n)));
    }
  };
  let stored = -1;
  for await (const sequence of client.cars.upload(requests())) stored = sequence;
  if (stored !== count - 1) throw new Error(`${stored + 1} of ${count} positions were stored`);
}

async function listPositions(port: number, folder: string, rounds: number): Promise<number> {
  const body = `${folder}/list.bin`;
  await Deno.writeFile(body, listBody(1n, PAGE));
  const pages = async (calls: number) =>
    await h2loadAt({
      url: `http://127.0.0.1:${port}/rides.v1.CarService/ListPositions`,
      body,
      connections: 2,
      inFlight: 1,
      calls,
      answerBytes: PAGE * POSITION_BYTES,
    });
  await pages(20);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) rates.push(await pages(60));
  return median(rates) * PAGE;
}

async function searchCars(client: RidesClient, searches: number): Promise<number> {
  const tookMs: number[] = [];
  for (let n = 0; n < searches + 200; n++) {
    const location = { lat: -60 + (n * 7.3) % 100, lng: -180 + (n * 13.7) % 360 };
    const start = performance.now();
    await client.cars.near({ location, radiusMeters: 50_000, limit: 20 });
    // The first ones are for the compilers.
    if (n >= 200) tookMs.push(performance.now() - start);
  }
  return percentile(tookMs, 99);
}
