import type { ServerReadableStream, ServerUnaryCall } from "@grpc/grpc-js";
import { toFix } from "../../domain/fix.ts";
import { type Position, validatePosition } from "../../domain/position.ts";
import { RIDE_TYPES, type RideStart, validateRideStart } from "../../domain/ride_start.ts";
import { toMilliseconds } from "../../domain/timestamp.ts";
import type { PositionStore, RideStore } from "../../storage/storage.ts";
import { ridesDefinition } from "../../wire/rides.ts";
import { callerOf } from "../auth/caller.ts";
import { HandedOver } from "./handed_over.ts";
import { forEachMessage } from "./messages.ts";

/** The service `Rides` over a store of rides and one of positions. */
export function ridesService(rides: RideStore, positions: PositionStore) {
  return {
    definition: ridesDefinition,
    handlers: {
      /** Starts a ride, which is ACTIVE at once, and returns its id. */
      async Start(
        { request }: Pick<ServerUnaryCall<RideStart, { id: string }>, "request">,
      ): Promise<{ id: string }> {
        validateRideStart(request, Date.now());
        const { carId, driverId, passengerIds, location, time } = request;
        const type = RIDE_TYPES[request.type]!;
        const ride = { carId, driverId, passengersIds: passengerIds, type, pickup: location };
        const { id } = await rides.startRide(ride, time ? toMilliseconds(time) : undefined);
        return { id };
      },

      /** Stores positions until the client ends its stream, or until one is refused. */
      async Track(
        call: ServerReadableStream<Position, { count: number }>,
      ): Promise<{ count: number }> {
        const caller = callerOf(call);
        const handedOver = new HandedOver();
        let count = 0;
        const describe = (message: string) =>
          `position ${count}: ${message} (${count} were counted before it)`;
        const received = forEachMessage(call, (position) => {
          validatePosition(position, Date.now(), describe);
          caller?.requireCar(position.carId, describe);
          handedOver.throwIfFailed();
          handedOver.add(positions.put(toFix(position)));
          count++;
          return positions.room;
        });
        try {
          await received;
        } finally {
          // Also after a refusal, which says how many were counted: those are stored.
          await handedOver.stored();
        }
        return { count };
      },
    },
  };
}
