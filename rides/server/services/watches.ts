import type { ServerWritableStream } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { WithoutRides } from "../../live/car_scope.ts";
import type { Feed } from "../../live/feed.ts";
import type { WatchSink } from "../../live/watch_sink.ts";
import type { Watcher } from "../../live/watcher.ts";
import { statusOf } from "../../wire/status.ts";
import type { WatchCars, WatchRide } from "../../wire/v1/watch.ts";
import { callerOf } from "../auth/caller.ts";
import { cutStream, requireFurther } from "../interceptors/chain.ts";
import { toCarScope } from "./car_scope.ts";
import { rideId } from "./names.ts";

type Watch<Request> = ServerWritableStream<Request, Buffer>;

/** The method WatchCars of `rides.v1.CarService`; answers bytes. */
export function watchCars(feed: Feed) {
  return (call: Watch<WatchCars>): Promise<void> => {
    const { scope, resumeToken } = call.request;
    // The method itself requires only the right to see positions.
    const seesRides = callerOf(call)?.covers("ride:read") ?? true;
    if (seesRides) requireFurther(call, "ride:read");
    return streamed(call, (sink) => {
      const cars = toCarScope(scope);
      return feed.watchCars(seesRides ? cars : new WithoutRides(cars), resumeToken, sink);
    });
  };
}

/** The method WatchRide of `rides.v1.RideService`; answers bytes. */
export function watchRide(feed: Feed) {
  return (call: Watch<WatchRide>): Promise<void> => {
    const { name, resumeToken } = call.request;
    return streamed(call, (sink) => feed.watchRide(rideId(name), resumeToken, sink));
  };
}

/** Resolves when the stream has ended; rejects with what it is to end with. */
function streamed(
  call: Watch<unknown>,
  watch: (sink: WatchSink) => Watcher | Promise<Watcher>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = async () => {
      const watcher = await watch({
        // The feed's encoder makes Buffers, which is all that grpc-js takes.
        write: (message, taken) => void call.write(message as Buffer, taken),
        end(failure) {
          if (failure) return reject(failure);
          call.end();
          resolve();
        },
        cut(failure) {
          cutStream(call, statusOf(failure));
          resolve();
        },
      });
      const leave = () => {
        watcher.close();
        resolve();
      };
      if (call.cancelled) leave();
      else call.on("cancelled", leave);
    };
    begin().catch(reject);
  });
}
