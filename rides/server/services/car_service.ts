import type { Feed } from "../../live/feed.ts";
import type { PositionStore } from "../../storage/storage.ts";
import { carServiceDefinition } from "../../wire/v1/car_service.ts";
import { answeringBytes } from "../../wire/v1/watch_encoder.ts";
import { carQueries } from "./car_queries.ts";
import { listPositions } from "./list_positions.ts";
import type { Listings } from "./listings.ts";
import { uploads } from "./upload_positions.ts";
import { watchCars } from "./watches.ts";

/** The service `rides.v1.CarService` over a store and its feed. */
export function carService(store: PositionStore, feed: Feed, pages: Listings) {
  const { handler: UploadPositions, goodbye } = uploads(store);
  return {
    definition: {
      ...carServiceDefinition,
      WatchCars: answeringBytes(carServiceDefinition.WatchCars),
    },
    handlers: {
      ...carQueries(feed.index),
      ListPositions: listPositions(store, feed.index, pages),
      UploadPositions,
      WatchCars: watchCars(feed),
    },
    drain() {
      goodbye();
      // Of all watches, those of rides as well.
      return feed.goodbye();
    },
  };
}
