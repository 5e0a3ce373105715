/** How fast what is stored is read: histories, and who is near. */
import type { Buffer } from "node:buffer";
import { RidesClient } from "../../../rides/client/client.ts";
import { encodeBatch } from "../../../rides/client/upload/batch.ts";
import { MeasuredServer } from "../../support/measured_server.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { median, percentile } from "../../support/statistics.ts";
import { callTimesMs, h2loadAt } from "../h2load.ts";
import { drivenPosition, getBody, listBody, searchBody } from "./bodies.ts";

/** As many positions as a page has at most. */
const PAGE = 10_000;

/** A position on the wire takes at least so many bytes: its car, times and location. */
const POSITION_BYTES = 30;

/** How many cars are asked for at each of so many places, and within what, which has more. */
const NEAREST = 20;
const PLACES = 10;
const RADIUS_METERS = 500_000;

export interface Reads {
  /** Positions a second of pages as large as they are, in the median round. */
  readonly listed: number;
  /** How long calls of SearchCars among `cars` cars took. */
  readonly search: CallTimes;
  /** And of GetCar, which is what a call takes that has little to do. */
  readonly get: CallTimes;
}

/** Milliseconds, of the calls at all places. */
export interface CallTimes {
  readonly p50: number;
  readonly p99: number;
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
    ...await searchCars(server.port, folder.path, searches),
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

/** Looks for cars all over the Earth, and asks for one by its number in turns with that. */
async function searchCars(
  port: number,
  folder: string,
  searches: number,
): Promise<Pick<Reads, "search" | "get">> {
  const timesOf = async (method: string, request: Buffer, calls: number, answerBytes: number) => {
    const body = `${folder}/car.bin`;
    await Deno.writeFile(body, request);
    const url = `http://127.0.0.1:${port}/rides.v1.CarService/${method}`;
    const log = `${folder}/calls.log`;
    return await callTimesMs({ url, body, log, connections: 1, inFlight: 1, calls, answerBytes });
  };
  const ms = { search: [] as number[], get: [] as number[] };
  for (let place = 0; place <= PLACES; place++) {
    const calls = searches / PLACES;
    const carId = BigInt(1 + place * 9_973);
    const search = searchBody(carId, RADIUS_METERS, NEAREST);
    const found = await timesOf("SearchCars", search, calls, NEAREST * POSITION_BYTES);
    const got = await timesOf("GetCar", getBody(carId), calls, POSITION_BYTES);
    // The first ones are for the compilers.
    if (place === 0) continue;
    ms.search.push(...found);
    ms.get.push(...got);
  }
  return { search: callTimes(ms.search), get: callTimes(ms.get) };
}

function callTimes(ms: readonly number[]): CallTimes {
  return { p50: percentile(ms, 50), p99: percentile(ms, 99) };
}
