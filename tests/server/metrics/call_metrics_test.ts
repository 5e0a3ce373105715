import { deepEqual, equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { serviceNamed } from "../../../rides/wire/definition.ts";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { eventually } from "../../support/eventually.ts";
import { type Called, raw } from "../../support/exchange.ts";
import { POSITION, RIDE } from "../../support/rides.ts";
import { type Samples, scrape } from "../../support/scrape.ts";
import { Serving } from "../../support/serving.ts";

const { Start, Track } = ridesDefinition;
const { Watch } = serviceNamed("grpc.health.v1.Health") as unknown as {
  Watch: Called<{ service: string }, { status: number }>;
};
const START = { grpc_type: "unary", grpc_service: "Rides", grpc_method: "Start" };
const TRACK = { grpc_type: "client_stream", grpc_service: "Rides", grpc_method: "Track" };

const admin = { listen: "127.0.0.1:0" };

Deno.test("metrics - every method and code is there with zero before the first call", async () => {
  await using serving = await Serving.start({ admin, reflection: true });
  const samples = await scrape(serving.adminUrl);
  for (const method of [START, TRACK]) {
    equal(samples.value("grpc_server_started_total", method), 0);
    equal(samples.value("grpc_server_msg_received_total", method), 0);
    equal(samples.value("grpc_server_msg_sent_total", method), 0);
    equal(samples.value("grpc_server_handling_seconds_count", method), 0);
    for (const grpc_code of ["OK", "Canceled", "InvalidArgument", "Unauthenticated"]) {
      equal(samples.value("grpc_server_handled_total", { ...method, grpc_code }), 0);
    }
  }
  const services = new Set(samples.labels("grpc_server_started_total", "grpc_service"));
  for (const service of ["AsillaService", "grpc.health.v1.Health"]) ok(services.has(service));
  equal(samples.labels("grpc_server_handled_total", "grpc_code").length % 17, 0);
});

Deno.test("metrics - each service has all of its methods, and each method its kind", async () => {
  await using serving = await Serving.start({ admin, reflection: true });
  const samples = await scrape(serving.adminUrl);
  const services: Record<string, number> = {};
  for (const service of samples.labels("grpc_server_started_total", "grpc_service")) {
    services[service] = (services[service] ?? 0) + 1;
  }
  deepEqual(services, {
    "Rides": 2,
    "AsillaService": 2,
    "rides.v1.RideService": 9,
    "rides.v1.CarService": 6,
    "grpc.health.v1.Health": 3,
    "grpc.reflection.v1.ServerReflection": 1,
    "grpc.reflection.v1alpha.ServerReflection": 1,
    "unknown": 1,
  });
  const KINDS = {
    GetRide: "unary",
    Track: "client_stream",
    WatchRide: "server_stream",
    UploadPositions: "bidi_stream",
  };
  for (const [grpc_method, kind] of Object.entries(KINDS)) {
    deepEqual(samples.labels("grpc_server_started_total", "grpc_type", { grpc_method }), [kind]);
  }
});

Deno.test("metrics - calls are counted by method and code", async () => {
  await using serving = await Serving.start({ admin });
  await serving.channel.call(Start, RIDE);
  await serving.channel.call(Start, RIDE);
  await serving.channel.call(Start, { ...RIDE, driverId: "" });
  const samples = await scrape(serving.adminUrl);
  equal(samples.value("grpc_server_started_total", START), 3);
  equal(samples.value("grpc_server_handled_total", { ...START, grpc_code: "OK" }), 2);
  equal(samples.value("grpc_server_handled_total", { ...START, grpc_code: "InvalidArgument" }), 1);
  equal(samples.value("grpc_server_msg_received_total", START), 3);
  equal(samples.value("grpc_server_msg_sent_total", START), 2);
});

Deno.test("metrics - the messages of a stream count before it has ended", async () => {
  await using serving = await Serving.start({ admin });
  const call = serving.channel.open(Track).send(POSITION, POSITION);
  const received = (samples: Samples) => samples.value("grpc_server_msg_received_total", TRACK);
  const running = await eventually("two messages have come", async () => {
    const samples = await scrape(serving.adminUrl);
    return received(samples) === 2 && samples;
  });
  equal(running.value("grpc_server_handled_total", { ...TRACK, grpc_code: "OK" }), 0);
  await call.end();
  const ended = await scrape(serving.adminUrl);
  equal(received(ended), 2);
  equal(ended.value("grpc_server_handled_total", { ...TRACK, grpc_code: "OK" }), 1);
});

Deno.test("metrics - what a running stream has sent counts, too", async () => {
  await using serving = await Serving.start({ admin });
  const call = serving.channel.open(Watch).send({ service: "" }).finish();
  await eventually("its first answer", () => call.answers.length === 1);
  const samples = await scrape(serving.adminUrl);
  const WATCH = { grpc_service: "grpc.health.v1.Health", grpc_method: "Watch" };
  equal(samples.value("grpc_server_msg_sent_total", WATCH), 1);
  await call.cancel();
  await eventually("it is counted as cancelled", async () => {
    const samples = await scrape(serving.adminUrl);
    const ended = { ...WATCH, grpc_code: "Canceled" };
    return samples.value("grpc_server_handled_total", ended) === 1;
  });
});

Deno.test("metrics - durations are in seconds, in buckets that add up", async () => {
  await using serving = await Serving.start({ admin });
  const from = performance.now();
  await serving.channel.call(Start, RIDE);
  await serving.channel.call(Start, RIDE);
  const samples = await scrape(serving.adminUrl);
  const bucket = (le: string) =>
    samples.value("grpc_server_handling_seconds_bucket", { ...START, le });
  equal(samples.value("grpc_server_handling_seconds_count", START), 2);
  equal(bucket("+Inf"), 2);
  const bounds = samples.labels("grpc_server_handling_seconds_bucket", "le", START);
  const counts = bounds.map((le) => bucket(le) ?? NaN);
  deepEqual(counts, counts.toSorted((a, b) => a - b));
  const sum = samples.value("grpc_server_handling_seconds_sum", START) ?? NaN;
  const most = (performance.now() - from) / 1_000;
  ok(sum > 0 && sum <= most, `${sum} s of ${most}`);
});

Deno.test("metrics - a call for a method that nobody has is counted and logged", async () => {
  await using serving = await Serving.start({ admin });
  const method = { ...raw(Start), path: "/Rides/Fly" };
  equal((await serving.channel.call(method, Buffer.alloc(0))).status, "UNIMPLEMENTED");
  const unknown = { grpc_type: "unary", grpc_service: "unknown", grpc_method: "unknown" };
  const samples = await scrape(serving.adminUrl);
  equal(samples.value("grpc_server_started_total", unknown), 1);
  equal(
    samples.value("grpc_server_handled_total", { ...unknown, grpc_code: "Unimplemented" }),
    1,
  );
  const line = await eventually(
    "a line about it",
    () => serving.log.lines.find(({ fields }) => fields.code === "UNIMPLEMENTED"),
  );
  equal(line.fields.method, "/Rides/Fly");
  ok(String(line.fields.peer).startsWith("127.0.0.1:"));
});
