import { FailedPrecondition } from "./failure.ts";

/** The states of a ride, in the order of the contract, where they count from 1. */
export const RIDE_STATES = [
  /** Somebody wants to be driven. */
  "REQUESTED",
  /** A car and its driver are on their way. */
  "ASSIGNED",
  /** The car waits at the pickup. */
  "ARRIVED",
  /** The passengers are in the car. */
  "ACTIVE",
  /** It came to its end. */
  "COMPLETED",
  /** It did not begin, and will not. */
  "CANCELED",
] as const;

export type RideState = typeof RIDE_STATES[number];

/** What can be done to a ride. */
export type RideAction = "assign" | "unassign" | "arrive" | "begin" | "complete" | "cancel";

/** What each state allows, and where it leads: the whole life of a ride. */
export const TRANSITIONS: Readonly<
  Record<RideState, Readonly<Partial<Record<RideAction, RideState>>>>
> = {
  REQUESTED: { assign: "ASSIGNED", cancel: "CANCELED" },
  ASSIGNED: { unassign: "REQUESTED", arrive: "ARRIVED", cancel: "CANCELED" },
  ARRIVED: { begin: "ACTIVE", cancel: "CANCELED" },
  ACTIVE: { complete: "COMPLETED" },
  COMPLETED: {},
  CANCELED: {},
};

/**
 * Where `action` leads.
 *
 * @param name of the ride, for the message
 * @throws {FailedPrecondition} if the state does not allow it
 */
export function nextState(name: string, state: RideState, action: RideAction): RideState {
  const next = TRANSITIONS[state][action];
  if (next === undefined) {
    const allowed = Object.keys(TRANSITIONS[state]).join(", ") || "nothing more";
    throw new FailedPrecondition(
      `Cannot ${action} ${name}: its state is ${state}, which allows ${allowed}`,
    );
  }
  return next;
}

/** Whether nothing more happens to a ride in that state. */
export function isFinal(state: RideState): boolean {
  return Object.keys(TRANSITIONS[state]).length === 0;
}
