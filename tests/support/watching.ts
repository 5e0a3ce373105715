import type { ServerOptions } from "../../rides/server/options.ts";
import { carQueries } from "../../rides/server/services/car_queries.ts";
import { watches } from "../../rides/server/services/watches.ts";
import { Feed, type FeedSettings } from "../../rides/live/feed.ts";
import { openStorage, type Storage } from "../../rides/storage/mod.ts";
import { carServiceDefinition } from "../../rides/wire/v1/car_service.ts";
import { rideServiceDefinition } from "../../rides/wire/v1/ride_service.ts";
import { answeringBytes, watchEncoder } from "../../rides/wire/v1/watch_encoder.ts";
import { Serving } from "./serving.ts";

/** A server with its store and its feed, all in this process. */
export class Watching implements AsyncDisposable {
  private constructor(
    readonly storage: Storage,
    readonly feed: Feed,
    readonly serving: Serving,
  ) {}

  static async start(
    settings: Partial<FeedSettings> = {},
    spec = "memory",
    options: ServerOptions = {},
  ): Promise<Watching> {
    const storage = await openStorage(spec);
    const feed = await Feed.open(storage, watchEncoder, settings);
    const { WatchCars, WatchRide } = watches(feed);
    const services = [{
      definition: {
        ...carServiceDefinition,
        WatchCars: answeringBytes(carServiceDefinition.WatchCars),
      },
      handlers: { ...carQueries(feed.index), WatchCars },
      drain: () => feed.goodbye(),
    }, {
      definition: {
        ...rideServiceDefinition,
        WatchRide: answeringBytes(rideServiceDefinition.WatchRide),
      },
      handlers: { WatchRide },
    }];
    return new Watching(storage, feed, await Serving.start({ ...options, services }));
  }

  get channel() {
    return this.serving.channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serving[Symbol.asyncDispose]();
    this.feed[Symbol.dispose]();
    await this.storage[Symbol.asyncDispose]();
  }
}
