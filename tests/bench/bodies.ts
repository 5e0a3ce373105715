import { Buffer } from "node:buffer";
import { referencePositions } from "../../rides/domain/reference_positions.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { framed } from "./framed.ts";

/** How many messages a stream of Track has. */
export const TRACK_MESSAGES = 20_000;

/** The answers' DATA in bytes: a frame of gRPC is 5, the id of a ride 2 + 36, a count 1 + 3. */
export const ANSWER_BYTES = { Start: 5 + 2 + 36, Track: 5 + 1 + 3 } as const;

/** What is sent to a method of `Rides`: the same bytes to every server. */
export const BODIES = { Start: startBody, Track: trackBody } as const;

export type Method = keyof typeof BODIES;

function startBody(carId = 7n): Buffer {
  return framed(ridesDefinition.Start.requestSerialize({
    carId,
    driverId: "driver-1",
    passengerIds: ["p1", "p2"],
    type: 1,
    location: { lat: 51.4871871, lng: -0.1999795 },
    time: { seconds: Date.UTC(2022, 1, 22, 14, 36, 9) / 1000, nanos: 0 },
  }));
}

/** `messages` positions, each with its time: without one, a server refuses the call at the first. */
function trackBody(messages: number = TRACK_MESSAGES): Buffer {
  // They must not go on into the future, which a server refuses too.
  const [position] = referencePositions(1);
  const message = framed(ridesDefinition.Track.requestSerialize(position!));
  return Buffer.concat(Array(messages).fill(message));
}
