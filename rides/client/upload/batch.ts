import type { Buffer } from "node:buffer";
import type { Position } from "../../domain/position.ts";
import { carServiceDefinition } from "../../wire/v1/car_service.ts";

const { requestSerialize, requestDeserialize } = carServiceDefinition.UploadPositions;

/** As many positions as a request has at most, by the contract. */
export const MAX_BATCH = 10_000;

/** The request of `CarCalls.upload` that carries these positions, the first of them with that sequence. */
export function encodeBatch(firstSequence: number, positions: readonly Position[]): Buffer {
  return requestSerialize({ firstSequence, positions });
}

/** The positions of a request of {@linkcode encodeBatch}. */
export function decodeBatch(request: Buffer): readonly Position[] {
  return [...requestDeserialize(request).positions];
}
