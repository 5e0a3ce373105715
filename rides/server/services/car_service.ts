import type { PositionStore } from "../../storage/storage.ts";
import { carServiceDefinition } from "../../wire/v1/car_service.ts";
import { listPositions } from "./list_positions.ts";
import { uploadPositions } from "./upload_positions.ts";

/** The service `rides.v1.CarService` over a store. */
export function carService(store: PositionStore) {
  return {
    definition: carServiceDefinition,
    handlers: {
      ListPositions: listPositions(store),
      UploadPositions: uploadPositions(store),
    },
  };
}
