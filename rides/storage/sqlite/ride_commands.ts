import { v7 as uuidv7 } from "uuid";
import { driveAlong, holds } from "../../domain/drive.ts";
import { Aborted, AlreadyExists, ResourceExhausted } from "../../domain/failure.ts";
import {
  changed,
  refuseSecondRide,
  type Ride,
  rideName,
  type ValidRideRequest,
} from "../../domain/ride.ts";
import { toCarKey } from "../fix_columns.ts";
import type { CommitWriter } from "../journal_codec.ts";
import type { Command } from "../requests.ts";
import { type CarState, type CarStates, withoutGains } from "./car_state.ts";
import type { Positions } from "./positions.ts";
import type { Rides } from "./rides.ts";

/** How many rides of a car can be under way at most: each position of the car counts for all of them. */
const MAX_ACTIVE = 10_000;

type CommandOf<Kind extends Command["kind"]> = Extract<Command, { kind: Kind }>;

/**
 * Commands on rides. They run within a transaction, before the fixes of the same group: which of those belong
 * to a ride does not depend on what came first.
 */
export class RideCommands {
  constructor(
    readonly positions: Positions,
    readonly rides: Rides,
    readonly states: CarStates,
  ) {}

  /** @throws {AlreadyExists} if the request id is known, and was of another request */
  create({ ride: asked, requestId, nowMs }: CommandOf<"createRide">, commit: CommitWriter): Ride {
    const request = JSON.stringify([
      String(asked.carId),
      asked.driverId,
      asked.passengersIds,
      asked.type,
      asked.pickup ?? null,
      asked.dropoff ?? null,
    ]);
    if (requestId !== "") {
      const known = this.rides.ofRequest(requestId);
      if (known?.request === request) return this.rides.get(known.id);
      if (known) {
        throw new AlreadyExists(
          `request_id: it created ${rideName(known.id)}, of another request; give every request ` +
            "an id of its own",
        );
      }
    }
    const ride: Ride = {
      ...newRide(asked, nowMs),
      state: asked.carId === 0n ? "REQUESTED" : "ASSIGNED",
    };
    this.rides.insert(ride, requestId === "" ? null : requestId, request);
    return this.#tell(ride, ride.carId, commit);
  }

  /** @throws {FailedPrecondition} naming the ride that is in the way */
  start({ ride: asked, startMs, nowMs }: CommandOf<"startRide">, commit: CommitWriter): Ride {
    const state = this.states.of(toCarKey(asked.carId));
    refuseAnother(asked, state);
    const begun = this.#begun({ ...newRide(asked, nowMs), state: "ACTIVE", startMs }, state);
    this.#underWay(begun, this.rides.insert(begun, null, null), state);
    return this.#tell(begun, begun.carId, commit);
  }

  /**
   * @throws {NotFound} if there is no such ride
   * @throws {Aborted} if its revision is another
   * @throws {FailedPrecondition} if its state does not allow the change, or its car is not free
   */
  change({ id, change, revision, nowMs }: CommandOf<"changeRide">, commit: CommitWriter): Ride {
    const before = this.rides.get(id);
    if (revision !== undefined && revision !== before.revision) {
      throw new Aborted(
        `etag: ${rideName(id)} has changed since it was read; read it again, and decide anew`,
      );
    }
    const { action } = change;
    let ride = changed(before, change, nowMs);
    const state = this.states.of(toCarKey(ride.carId));
    if (action === "begin") {
      refuseAnother(ride, state);
      ride = this.#begun(ride, state);
      this.#underWay(ride, this.rides.numberOf(id), state);
    }
    if (action === "complete") ride = this.#ended(ride, state);
    this.rides.update(ride);
    // When a ride is given back, the change concerns the car that had it.
    return this.#tell(ride, action === "unassign" ? before.carId : ride.carId, commit);
  }

  #tell(ride: Ride, carId: bigint, commit: CommitWriter): Ride {
    const before = carId === 0n ? undefined : this.states.of(toCarKey(carId)).latest;
    commit.ride(ride, carId, before);
    return ride;
  }

  /**
   * A ride that begins, with the fixes from its start on that are already stored, even those ahead of now.
   */
  #begun(ride: Ride, { car, latest }: CarState): Ride {
    const { startMs } = ride;
    if (startMs === undefined || !latest || latest.timeMs < startMs) return ride;
    return { ...ride, ...driveAlong(this.positions.between(car, startMs, Infinity)) };
  }

  #underWay({ id, type, startMs = 0 }: Ride, number: number, state: CarState): void {
    state.active.push(withoutGains({ number, id, type, startMs }));
  }

  /** A ride that ends, without the fixes after its end: some clients have clocks that are ahead. */
  #ended(ride: Ride, state: CarState): Ride {
    const { startMs, endMs } = ride;
    if (startMs === undefined || endMs === undefined) return ride;
    const { car, latest } = state;
    state.active = state.active.filter(({ id }) => id !== ride.id);
    state.endedUntilMs = Math.max(state.endedUntilMs, endMs);
    if (!latest || latest.timeMs <= endMs) return ride;
    const last = this.positions.realBefore(car, endMs + 1);
    const from = last && holds({ startMs }, last.timeMs) ? last : undefined;
    const beyond = driveAlong(this.positions.between(car, endMs + 1, Infinity), from);
    return {
      ...ride,
      distanceMicrometers: ride.distanceMicrometers - beyond.distanceMicrometers,
      positionCount: ride.positionCount - beyond.positionCount,
    };
  }
}

/**
 * @throws {FailedPrecondition} naming the ride that is in the way
 * @throws {ResourceExhausted} if the car has too many
 */
function refuseAnother(ride: Pick<Ride, "carId" | "type">, { active }: CarState): void {
  // If the first one is POOL, all of them are.
  refuseSecondRide(ride, active.slice(0, 1));
  if (active.length < MAX_ACTIVE) return;
  throw new ResourceExhausted(
    `Cannot begin a ride of car ${ride.carId}: it has ${MAX_ACTIVE} that are ACTIVE; complete some`,
  );
}

/** A ride that nothing has happened to. Its id is a UUIDv7 (RFC 9562, 5.7), so that ids grow. */
function newRide(
  { carId, driverId, passengersIds, type, pickup, dropoff }: ValidRideRequest,
  nowMs: number,
): Omit<Ride, "state"> {
  return {
    id: uuidv7(),
    carId,
    driverId,
    passengersIds,
    type,
    ...pickup ? { pickup } : {},
    ...dropoff ? { dropoff } : {},
    createMs: nowMs,
    distanceMicrometers: 0,
    positionCount: 0,
    revision: 1,
  };
}
