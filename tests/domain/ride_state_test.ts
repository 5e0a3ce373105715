import { deepEqual, equal, throws } from "node:assert/strict";
import { FailedPrecondition } from "../../rides/domain/failure.ts";
import { isFinal, nextState, RIDE_STATES, type RideAction } from "../../rides/domain/ride_state.ts";

const ACTIONS: RideAction[] = ["assign", "unassign", "arrive", "begin", "complete", "cancel"];

/** The life of a ride as the contract tells it, written down once more. */
const ALLOWED = [
  "REQUESTED assign ASSIGNED",
  "REQUESTED cancel CANCELED",
  "ASSIGNED unassign REQUESTED",
  "ASSIGNED arrive ARRIVED",
  "ASSIGNED cancel CANCELED",
  "ARRIVED begin ACTIVE",
  "ARRIVED cancel CANCELED",
  "ACTIVE complete COMPLETED",
];

for (const state of RIDE_STATES) {
  for (const action of ACTIONS) {
    const next = ALLOWED.find((line) => line.startsWith(`${state} ${action} `))?.split(" ")[2];
    Deno.test(`${state} - ${action} ${next ? `leads to ${next}` : "is refused"}`, () => {
      if (next) equal(nextState("rides/1", state, action), next);
      else {
        throws(() => nextState("rides/1", state, action), (error: unknown) => {
          return error instanceof FailedPrecondition &&
            error.message.startsWith(`Cannot ${action} rides/1: its state is ${state}, which `);
        });
      }
    });
  }
}

Deno.test("isFinal - of the states that nothing leads out of", () => {
  deepEqual(RIDE_STATES.filter(isFinal), ["COMPLETED", "CANCELED"]);
});
