import { deepEqual, equal } from "node:assert/strict";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import type { Called } from "../support/exchange.ts";
import { faultyService } from "../support/faulty_service.ts";
import { POSITION } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

type Health = "Check" | "List" | "Watch";
const { Check, List, Watch } = serviceNamed("grpc.health.v1.Health") as unknown as Record<
  Health,
  Called<
    { service?: string },
    { status: number; statuses: { key: string; value: { status: number } }[] }
  >
>;

const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

const SERVICES = ["", "AsillaService", "Rides", "rides.v1.CarService", "rides.v1.RideService"];

for (const service of SERVICES) {
  Deno.test(`health Check - "${service}" is SERVING`, async () => {
    await using serving = await Serving.start();
    const { answers } = await serving.channel.call(Check, { service });
    equal(answers[0]?.status, SERVING);
  });
}

for (const service of ["Nothing", "Rides.Start", "rides"]) {
  Deno.test(`health Check - "${service}" is NOT_FOUND`, async () => {
    await using serving = await Serving.start();
    const { status } = await serving.channel.call(Check, { service });
    equal(status, "NOT_FOUND");
  });
}

Deno.test("health List - has the whole server and each service, also an added one", async () => {
  await using serving = await Serving.start({ services: [faultyService] });
  const { status, details, answers } = await serving.channel.call(List, {});
  equal(status, "OK", details);
  deepEqual(
    answers[0]?.statuses.map(({ key, value }) => [key, value.status]).toSorted(),
    [...SERVICES, "test.Faulty"].toSorted().map((name) => [name, SERVING]),
  );
});

Deno.test("health Watch - tells of the drain while a call runs, and does not hold it up", async () => {
  await using serving = await Serving.start({ graceMs: 20_000 });
  const { channel, server } = serving;
  const watches = SERVICES.map((service) => channel.open(Watch).send({ service }).finish());
  const unknown = channel.open(Watch).send({ service: "Nothing" }).finish();
  const track = channel.open(ridesDefinition.Track).send(POSITION);
  for (const watch of [...watches, unknown]) {
    await eventually("the first status", () => watch.answers.length === 1);
  }
  const cut = server.shutdown();
  for (const watch of watches) {
    const { status, answers } = await watch.ended;
    equal(status, "UNAVAILABLE");
    deepEqual(answers.map(({ status }) => status), [SERVING, NOT_SERVING]);
  }
  deepEqual((await unknown.ended).answers.map(({ status }) => status), [SERVICE_UNKNOWN]);
  deepEqual((await track.send(POSITION).end()).answers, [{ count: 2 }]);
  equal(await cut, 0);
});

Deno.test("health Watch - a client that cancels is forgotten", async () => {
  await using serving = await Serving.start();
  const watch = serving.channel.open(Watch).send({ service: "Rides" }).finish();
  await eventually("the first status", () => watch.answers.length === 1);
  equal((await watch.cancel()).status, "CANCELLED");
  await serving.log.line("/grpc.health.v1.Health/Watch");
  equal(await serving.server.shutdown(), 0);
});
