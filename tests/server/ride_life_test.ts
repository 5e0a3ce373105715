/** Random lives of rides, against a model of some fifty lines. */
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import type { Ride } from "../../rides/domain/ride.ts";
import { rideServiceDefinition as calls } from "../../rides/wire/v1/ride_service.ts";
import { toEtag } from "../../rides/wire/v1/ride.ts";
import { checkAsyncProperty } from "../support/property.ts";
import { Serving } from "../support/serving.ts";

type Type = "REGULAR" | "POOL";

/** What is done: to the ride of that index, modulo how many there are; by the car of that index. */
type Step =
  | { do: "create"; type: Type; car: number | null; requestId: number | null }
  | { do: "assign"; ride: number; car: number; stale: boolean }
  | { do: "unassign" | "arrive" | "begin" | "complete" | "cancel"; ride: number; stale: boolean };

const ride = fc.nat({ max: 20 });
const car = fc.nat({ max: 2 });
// One in eight: most changes should go through.
const stale = fc.nat({ max: 7 }).map((one) => one === 0);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("create" as const),
    type: fc.constantFrom("REGULAR" as const, "POOL" as const),
    car: fc.option(car),
    requestId: fc.option(fc.nat({ max: 3 })),
  }),
  fc.record({ do: fc.constant("assign" as const), ride, car, stale }),
  fc.record({
    do: fc.constantFrom("unassign", "arrive", "begin", "complete", "cancel"),
    ride,
    stale,
  }) as fc.Arbitrary<Step>,
);

interface Modelled {
  state: string;
  car: number | null;
  readonly type: Type;
  revision: number;
}

/** Where a change leads: `state action` → state. */
const LEADS: Record<string, string> = {
  "REQUESTED assign": "ASSIGNED",
  "ASSIGNED unassign": "REQUESTED",
  "ASSIGNED arrive": "ARRIVED",
  "ARRIVED begin": "ACTIVE",
  "ACTIVE complete": "COMPLETED",
  "REQUESTED cancel": "CANCELED",
  "ASSIGNED cancel": "CANCELED",
  "ARRIVED cancel": "CANCELED",
};

/** What should come of a step: the code, and where it is OK the ride after it. */
class Model {
  readonly rides: Modelled[] = [];
  readonly requests = new Map<number, { ride: Modelled; asked: string }>();

  take(step: Step): { code: string; ride?: Modelled } {
    return step.do === "create" ? this.#create(step) : this.#change(step);
  }

  #create({ type, car, requestId }: Step & { do: "create" }): { code: string; ride?: Modelled } {
    const asked = `${type} ${car}`;
    const known = requestId === null ? undefined : this.requests.get(requestId);
    if (known) {
      return known.asked === asked ? { code: "OK", ride: known.ride } : { code: "ALREADY_EXISTS" };
    }
    const ride = { state: car === null ? "REQUESTED" : "ASSIGNED", car, type, revision: 1 };
    this.rides.push(ride);
    if (requestId !== null) this.requests.set(requestId, { ride, asked });
    return { code: "OK", ride };
  }

  #change(step: Exclude<Step, { do: "create" }>): { code: string; ride?: Modelled } {
    const ride = this.rides[step.ride % this.rides.length]!;
    if (step.stale) return { code: "ABORTED" };
    const next = LEADS[`${ride.state} ${step.do}`];
    if (next === undefined) return { code: "FAILED_PRECONDITION" };
    const active = this.rides.filter(({ state, car }) => state === "ACTIVE" && car === ride.car);
    if (step.do === "begin" && active.some(({ type }) => type !== "POOL" || ride.type !== "POOL")) {
      return { code: "FAILED_PRECONDITION" };
    }
    ride.state = next;
    ride.revision++;
    if (step.do === "assign") ride.car = step.car;
    if (step.do === "unassign") ride.car = null;
    return { code: "OK", ride };
  }
}

Deno.test("RideService - random lives of rides go as a simple model says", async () => {
  await using serving = await Serving.start();
  let run = 0;
  const steps = fc.array(step, { maxLength: 40 });
  await checkAsyncProperty(fc.asyncProperty(steps, async (steps) => {
    run++;
    const model = new Model();
    const ids: string[] = [];
    const carOf = (index: number | null) => index === null ? 0n : BigInt(run * 10 + index + 1);
    for (const step of steps) {
      if (step.do !== "create" && model.rides.length === 0) continue;
      const before = step.do === "create" ? undefined : model.rides[step.ride % model.rides.length];
      const revision = before?.revision;
      const expected = model.take(step);
      const { status, answers } = await take(serving, step, ids, run, carOf, revision);
      equal(status, expected.code, JSON.stringify(step));
      if (!expected.ride) continue;
      const { id, state, carId, type, revision: now } = answers[0]!;
      const { car, ...rest } = expected.ride;
      deepEqual({ state, carId, type, revision: now }, { ...rest, carId: carOf(car) });
      const index = model.rides.indexOf(expected.ride);
      equal(ids[index] ?? (ids[index] = id), id, "an id names one ride");
    }
    for (const [index, { state }] of model.rides.entries()) {
      const { answers } = await serving.channel.call(calls.GetRide, {
        name: `rides/${ids[index]}`,
      });
      equal(answers[0]?.state, state);
    }
  }));
});

function take(
  { channel }: Serving,
  step: Step,
  ids: readonly string[],
  run: number,
  carOf: (index: number | null) => bigint,
  revision: number | undefined,
) {
  if (step.do === "create") {
    const { type, car, requestId } = step;
    const driverId = car === null ? "" : "John Doe";
    return channel.call(calls.CreateRide, {
      ride: { carId: carOf(car), driverId, passengersIds: [], type },
      requestId: requestId === null ? "" : `run-${run}-${requestId}`,
    });
  }
  const name = `rides/${ids[step.ride % ids.length]}`;
  const etag = toEtag(revision! + (step.stale ? 1 : 0));
  switch (step.do) {
    case "assign":
      return channel.call(calls.AssignRide, {
        name,
        etag,
        carId: carOf(step.car),
        driverId: "John Doe",
      });
    case "unassign":
      return channel.call(calls.AssignRide, { name, etag, carId: 0n, driverId: "" });
    default:
      return channel.call(CHANGES[step.do], { name, etag });
  }
}

const CHANGES: Record<"arrive" | "begin" | "complete" | "cancel", typeof calls.ArriveRide> = {
  arrive: calls.ArriveRide,
  begin: calls.BeginRide,
  complete: calls.CompleteRide,
  cancel: calls.CancelRide,
};

Deno.test("BeginRide - a second ride of a car is refused, and the first is named", async () => {
  await using serving = await Serving.start();
  const { channel } = serving;
  const arrived = async (): Promise<Ride> => {
    const ride = { carId: 7n, driverId: "x", passengersIds: [], type: "REGULAR" as const };
    const created = await channel.call(calls.CreateRide, { ride, requestId: "" });
    const name = `rides/${created.answers[0]!.id}`;
    const { answers } = await channel.call(calls.ArriveRide, { name, etag: "" });
    return answers[0]!;
  };
  const [first, second] = [await arrived(), await arrived()];
  await channel.call(calls.BeginRide, { name: `rides/${first.id}`, etag: "" });
  const refused = await channel.call(calls.BeginRide, { name: `rides/${second.id}`, etag: "" });
  equal(refused.status, "FAILED_PRECONDITION");
  equal(
    refused.details,
    `Cannot begin a ride of car 7: its ride rides/${first.id} is ACTIVE; complete it first`,
  );
});
