import type { ServerReadableStream, ServerUnaryCall } from "@grpc/grpc-js";
import { v7 as uuidv7 } from "uuid";
import { type Position, validatePosition } from "../../domain/position.ts";
import { type RideStart, validateRideStart } from "../../domain/ride_start.ts";
import { ridesDefinition } from "../../wire/rides.ts";
import { callerOf } from "../auth/caller.ts";
import { forEachMessage } from "./messages.ts";

/** The service `Rides`. */
export const ridesService = {
  definition: ridesDefinition,
  handlers: {
    /** Answers the id of a new ride, a UUIDv7 (RFC 9562, 5.7). */
    Start(
      { request }: Pick<ServerUnaryCall<RideStart, { id: string }>, "request">,
    ): { id: string } {
      validateRideStart(request, Date.now());
      return { id: uuidv7() };
    },

    /** Counts positions until the client ends its stream, or until one is refused. */
    async Track(
      call: ServerReadableStream<Position, { count: number }>,
    ): Promise<{ count: number }> {
      const caller = callerOf(call);
      let count = 0;
      const describe = (message: string) =>
        `position ${count}: ${message} (${count} were counted before it)`;
      await forEachMessage(call, (position) => {
        validatePosition(position, Date.now(), describe);
        caller?.requireCar(position.carId, describe);
        count++;
      });
      return { count };
    },
  },
};
