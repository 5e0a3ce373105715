import type { Position } from "../../rides/domain/position.ts";
import type { RideStart } from "../../rides/domain/ride_start.ts";
import type { ListRides } from "../../rides/wire/v1/ride_service.ts";

/** The ride of the reference's own tests. */
export const RIDE: RideStart = {
  carId: 7n,
  driverId: "John Doe",
  passengerIds: ["M", "Q"],
  type: 1,
  location: { lat: 51.46, lng: -0.2 },
  time: { seconds: Date.UTC(2022, 0, 1, 12) / 1000, nanos: 0 },
};

/** A position that every server takes. */
export const POSITION: Position = {
  carId: 7n,
  time: { seconds: Date.UTC(2022, 1, 22, 14, 36, 9) / 1000, nanos: 0 },
  location: { lat: 1, lng: 1 },
};

/** A position that no server takes. */
export const BEYOND_THE_POLE: Position = { ...POSITION, location: { lat: 91, lng: 1 } };

/** Asks for the first page of all rides. */
export const ALL_RIDES: ListRides = {
  pageSize: 0,
  pageToken: "",
  states: [],
  carId: 0n,
  driverId: "",
  createFrom: null,
  createTo: null,
};

/** A UUIDv7 (RFC 9562, 5.7). */
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
