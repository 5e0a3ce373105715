import { deepEqual, equal } from "node:assert/strict";
import { violationsOf } from "../../rides/wire/error_details.ts";
import { carServiceDefinition, type SearchCars } from "../../rides/wire/v1/car_service.ts";
import { fixAt } from "../support/fixes.ts";
import { pagesOf } from "../support/pages.ts";
import { Watching } from "../support/watching.ts";

const { GetCar, ListCars, SearchCars } = carServiceDefinition;

Deno.test("GetCar - answers the latest position, and NOT_FOUND for a car never heard of", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  await storage.put(fixAt(7n, 2_000)).stored;
  await storage.put(fixAt(7n, 1_000)).stored;
  const { answers: [car] } = await channel.call(GetCar, { name: "cars/7" });
  equal(car?.timeMs, 2_000);
  equal((await channel.call(GetCar, { name: "cars/8" })).status, "NOT_FOUND");
  for (
    const name of [
      "",
      "cars/0",
      "cars/07",
      "cars/-1",
      "cars/x",
      "cars/9223372036854775808",
      "rides/7",
    ]
  ) {
    const { status, trailers } = await channel.call(GetCar, { name });
    equal(status, "INVALID_ARGUMENT", name);
    deepEqual(violationsOf(trailers).map(({ field }) => field), ["name"]);
  }
});

Deno.test("ListCars - every car once, by its number, in pages", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const ids = [30n, 4n, 2n ** 62n, 100n, 7n];
  await Promise.all(ids.map((id) => storage.put(fixAt(id, 1_000)).stored));
  const listed: bigint[] = [];
  for await (const { cars } of pagesOf(channel, ListCars, { pageSize: 2, pageToken: "" })) {
    listed.push(...cars.map(({ carId }) => carId));
  }
  deepEqual(listed, [4n, 7n, 30n, 100n, 2n ** 62n]);
  const { answers: [all] } = await channel.call(ListCars, { pageSize: 5, pageToken: "" });
  equal(all?.nextPageToken, "");
});

Deno.test("ListCars - refuses a negative page and a token that is none", async () => {
  await using watching = await Watching.start();
  const { status, trailers } = await watching.channel.call(ListCars, {
    pageSize: -1,
    pageToken: "x",
  });
  equal(status, "INVALID_ARGUMENT");
  deepEqual(violationsOf(trailers).map(({ field }) => field), ["page_size", "page_token"]);
});

Deno.test("SearchCars - the nearest first, across the antimeridian, not older than asked for", async () => {
  await using watching = await Watching.start();
  const { storage, channel } = watching;
  const now = Date.now();
  await storage.put(fixAt(1n, now, { lat: 0, lng: 179.99 })).stored;
  await storage.put(fixAt(2n, now, { lat: 0, lng: -179.999 })).stored;
  await storage.put(fixAt(3n, now, { lat: 10, lng: 180 })).stored;
  await storage.put(fixAt(4n, now - 3_600_000, { lat: 0, lng: 180 })).stored;
  const search = async (more: Partial<SearchCars>) => {
    const { answers: [answer] } = await channel.call(SearchCars, { ...AROUND, ...more });
    return answer!.cars.map(({ car, distanceMeters }) => `${car.carId} ${distanceMeters | 0}`);
  };
  deepEqual(await search({}), ["4 0", "2 111", "1 1111"]);
  deepEqual(await search({ maxStalenessSeconds: 60 }), ["2 111", "1 1111"]);
  deepEqual(await search({ pageSize: 1 }), ["4 0"]);
  deepEqual(await search({ radiusMeters: 200 }), ["4 0", "2 111"]);
  equal((await search({ radiusMeters: 1e9, pageSize: 5_000 })).length, 4);
});

Deno.test("SearchCars - refuses every field that is wrong", async () => {
  await using watching = await Watching.start();
  const refused = async (more: Partial<SearchCars>) => {
    const { status, trailers } = await watching.channel.call(SearchCars, { ...AROUND, ...more });
    equal(status, "INVALID_ARGUMENT");
    return violationsOf(trailers).map(({ field }) => field);
  };
  for (const radiusMeters of [0, -1, NaN, -Infinity]) {
    deepEqual(await refused({ radiusMeters }), ["radius_meters"]);
  }
  deepEqual(await refused({ location: null }), ["location"]);
  deepEqual(await refused({ location: { lat: 91, lng: NaN } }), ["location.lat", "location.lng"]);
  deepEqual(await refused({ maxStalenessSeconds: -1, pageSize: -1 }), [
    "page_size",
    "max_staleness",
  ]);
});

const AROUND: SearchCars = {
  location: { lat: 0, lng: 180 },
  radiusMeters: 10_000,
  maxStalenessSeconds: null,
  pageSize: 0,
};
