import { type Ride, rideName } from "../../domain/ride.ts";
import { toEtag } from "../../wire/v1/ride.ts";
import { type OutputFormat, print } from "../output.ts";
import { showCard } from "./card.ts";
import { rideJson } from "./json.ts";
import { STATE_STYLES } from "./style.ts";
import type { Column } from "./table.ts";
import { carText, lengthText, locationText, minuteText, timeText } from "./text.ts";

/** Writes a ride: all that is known of it. */
export function showRide(ride: Ride, format: OutputFormat): void {
  if (format === "json") return print(format, "", rideJson(ride));
  const { startMs } = ride;
  const driven = lengthText(ride.distanceMicrometers / 1e6);
  showCard([
    ["ride", rideName(ride.id)],
    ["state", ride.state, STATE_STYLES[ride.state]],
    ["type", ride.type],
    ["car", carText(ride.carId)],
    ["driver", ride.driverId],
    ["passengers", ride.passengersIds.join(", ")],
    ["pickup", locationText(ride.pickup)],
    ["dropoff", locationText(ride.dropoff)],
    ["created", timeText(ride.createMs)],
    ["started", timeText(startMs)],
    ["ended", timeText(ride.endMs)],
    ["distance", startMs === undefined ? "" : `${driven}, positions: ${ride.positionCount}`],
    ["etag", toEtag(ride.revision)],
  ]);
}

/** Rides in a table. */
export const RIDE_COLUMNS: readonly Column<Ride>[] = [
  { title: "RIDE", text: ({ id }) => id },
  { title: "STATE", text: ({ state }) => state, style: ({ state }) => STATE_STYLES[state] },
  { title: "CREATED (UTC)", text: ({ createMs }) => minuteText(createMs) },
  { title: "CAR", text: ({ carId }) => carText(carId), align: "right" },
  { title: "DRIVER", text: ({ driverId }) => driverId },
];
