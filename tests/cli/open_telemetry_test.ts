/** What `rides serve` sends to a collector of OpenTelemetry, with the permissions that it ships with. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { tryLockFile } from "../../rides/storage/mod.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { Collector } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { POSITION, RIDE } from "../support/rides.ts";

const { Start, Track } = ridesDefinition;
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID = "b7ad6b7169203331";
const metadata = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` };

function serve(env: Record<string, string>): Promise<ServingProgram> {
  return ServingProgram.start(["--store", "memory"], { env });
}

/** Ends the server, which sends what is left. */
async function stop(server: ServingProgram): Promise<string> {
  server.signal("SIGTERM");
  return (await server.ended()).stderr;
}

Deno.test("OpenTelemetry - a call is a span of its caller's trace", async () => {
  await using collector = new Collector();
  await using server = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  using channel = new Channel(server.port);
  const tracestate = "vendor=1,other=2";
  await channel.call(Start, RIDE, { metadata: { ...metadata, tracestate, "x-request-id": "r-1" } });
  const stderr = await stop(server);
  const [span] = collector.spans;
  equal(collector.spans.length, 1);
  deepEqual({ ...span, spanId: "", attributes: {}, resource: {} }, {
    name: "Rides/Start",
    kind: 2, // SPAN_KIND_SERVER
    traceId: TRACE_ID,
    spanId: "",
    traceState: tracestate,
    parentSpanId: PARENT_ID,
    attributes: {},
    status: { code: 0, message: "" },
    resource: {},
  });
  const { "network.peer.port": _, ...attributes } = span?.attributes ?? {};
  deepEqual(attributes, {
    "rpc.system": "grpc",
    "rpc.service": "Rides",
    "rpc.method": "Start",
    "rpc.grpc.status_code": 0,
    "network.peer.address": "127.0.0.1",
    "rides.request_id": "r-1",
    "rides.messages_received": 1,
    "rides.messages_sent": 1,
  });
  equal(span?.resource["service.name"], "rides");
  match(stderr, new RegExp(`/Rides/Start .*trace_id=${TRACE_ID}`));
});

Deno.test("OpenTelemetry - a call of no trace begins one, which answer and log name", async () => {
  await using collector = new Collector();
  await using server = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  using channel = new Channel(server.port);
  const { headers } = await channel.call(Start, RIDE);
  const stderr = await stop(server);
  const [span] = collector.spans;
  equal(span?.parentSpanId, "");
  deepEqual(headers.get("traceresponse"), [`00-${span?.traceId}-${span?.spanId}-01`]);
  match(stderr, new RegExp(`/Rides/Start .*trace_id=${span?.traceId}`));
});

Deno.test("OpenTelemetry - a refusal is no error of the server's, and has its code", async () => {
  await using collector = new Collector();
  await using server = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  using channel = new Channel(server.port);
  await channel.call(Start, { ...RIDE, driverId: "" });
  await stop(server);
  const [span] = collector.spans;
  equal(span?.attributes["rpc.grpc.status_code"], 3);
  equal(span?.status.code, 0);
});

Deno.test("OpenTelemetry - a call that the server ends is an error of its own, with the reason", async () => {
  await using collector = new Collector();
  await using server = await serve({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    RIDES_MAX_DEADLINE: "50ms",
  });
  using channel = new Channel(server.port);
  const { status, details } = await channel.open(Start).ended;
  equal(status, "DEADLINE_EXCEEDED");
  await stop(server);
  deepEqual(collector.spans.map(({ status }) => status), [{ code: 2, message: details }]);
});

Deno.test("OpenTelemetry - OTEL_SDK_DISABLED turns all of it off", async () => {
  await using collector = new Collector();
  await using server = await serve({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_SDK_DISABLED: "True",
  });
  using channel = new Channel(server.port);
  const { headers } = await channel.call(Start, RIDE);
  await stop(server);
  deepEqual(headers.get("traceresponse"), []);
  deepEqual([collector.spans, collector.points], [[], []]);
});

Deno.test("OpenTelemetry - a trace that its caller does not record is not recorded here", async () => {
  await using collector = new Collector();
  await using server = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  using channel = new Channel(server.port);
  const traceparent = `00-${TRACE_ID}-${PARENT_ID}-00`;
  await channel.call(Start, RIDE, { metadata: { traceparent } });
  match(await stop(server), new RegExp(`/Rides/Start .*trace_id=${TRACE_ID}`));
  deepEqual(collector.spans, []);
});

Deno.test("OpenTelemetry - OTEL_TRACES_SAMPLER and OTEL_SERVICE_NAME are heeded", async () => {
  await using collector = new Collector();
  await using server = await serve({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_TRACES_SAMPLER: "parentbased_always_off",
    OTEL_SERVICE_NAME: "night shift",
  });
  using channel = new Channel(server.port);
  await channel.call(Start, RIDE);
  await channel.call(Start, RIDE, { metadata });
  await stop(server);
  deepEqual(collector.spans.map(({ traceId, resource }) => [traceId, resource["service.name"]]), [
    [TRACE_ID, "night shift"],
  ]);
});

Deno.test("OpenTelemetry - metrics are sent in the names of /metrics", async () => {
  await using collector = new Collector();
  await using server = await serve({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "100",
    OTEL_TRACES_EXPORTER: "none",
  });
  using channel = new Channel(server.port);
  await channel.open(Track).send(POSITION, POSITION).end();
  const value = (name: string, labels: Record<string, string>) =>
    collector.points.findLast((point) =>
      point.name === name &&
      Object.entries(labels).every(([label, of]) => point.attributes[label] === of)
    )?.value;
  const method = { grpc_service: "Rides", grpc_method: "Track" };
  await eventually(
    "the call is counted at the collector",
    () => value("grpc_server_handled_total", { ...method, grpc_code: "OK" }) === 1,
  );
  equal(value("grpc_server_msg_received_total", method), 2);
  equal(value("grpc_server_handling_seconds", method), 1);
  equal(value("rides_connections", {}), 1);
  equal(collector.points[0]?.resource["service.name"], "rides");
  deepEqual(collector.spans, []);
});

Deno.test("OpenTelemetry - a collector that is gone is logged, and holds up neither calls nor the end", async () => {
  await using server = await serve({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
    OTEL_METRIC_EXPORT_INTERVAL: "100",
  });
  using channel = new Channel(server.port);
  equal((await channel.call(Start, RIDE)).status, "OK");
  await server.logged(
    / warn +OpenTelemetry has trouble; check .*OTEL_EXPORTER_OTLP_ENDPOINT\) reason=/,
  );
  server.signal("SIGTERM");
  const { code, stderr } = await server.ended();
  equal(code, 0);
  equal(stderr.match(/has trouble/g)?.length, 1, "once a minute is enough");
});

Deno.test("OpenTelemetry - a collector that does not answer holds up the end, and not whoever takes over", async () => {
  await using folder = await TemporaryFolder.make();
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: Deno.Conn[] = [];
  const asking = (async () => {
    for await (const connection of silent) asked.push(connection);
  })();
  const file = `${folder.path}/rides.db`;
  await using server = await ServingProgram.start(["--store", `sqlite:${file}`], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${silent.addr.port}` },
  });
  server.signal("SIGTERM");
  let lock: Disposable | undefined;
  await eventually("the store is free", async () => !!(lock = await tryLockFile(file)));
  doesNotMatch(server.stderr, /stopped/);
  const { code, stderr } = await server.ended();
  equal(code, 0);
  match(stderr, /stopped/);
  lock?.[Symbol.dispose]();
  ok(asked.length > 0);
  silent.close();
  await asking;
  for (const connection of asked) connection.close();
});

const WRONG: Record<string, RegExp> = {
  OTEL_TRACES_SAMPLER: /^OTEL_TRACES_SAMPLER: dice is none of always_on, .*\n$/,
  OTEL_METRIC_EXPORT_INTERVAL: /^OTEL_METRIC_EXPORT_INTERVAL: dice is no number of milliseconds\n$/,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: dice is no URL, .*\n$/,
  OTEL_EXPORTER_OTLP_PROTOCOL:
    /^OTEL_EXPORTER_OTLP_PROTOCOL: dice is not supported; write http\/protobuf\n$/,
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL:
    /^OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: dice is not supp.*\n$/,
  OTEL_TRACES_EXPORTER: /^OTEL_TRACES_EXPORTER: dice is not supported; write otlp or none\n$/,
  OTEL_METRICS_EXPORTER: /^OTEL_METRICS_EXPORTER: dice is not supported; write otlp or none\n$/,
};

for (const [variable, said] of Object.entries(WRONG)) {
  Deno.test(`OpenTelemetry - a wrong ${variable} is told in one line, exit 2`, async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", [variable]: "dice" };
    const args = ["serve", "--listen", "127.0.0.1:0", "--store", "memory"];
    const { code, stderr } = await rides(args, { env });
    match(stderr, said);
    equal(code, 2);
  });
}

Deno.test("client - sends the trace of TRACEPARENT, and the log has it without a collector", async () => {
  await using server = await serve({});
  const start = ["client", "start", "--car-id", "7", "--driver-id", "x"];
  const { code, stderr } = await rides([...start, "--address", server.address], {
    env: { TRACEPARENT: metadata.traceparent },
  });
  equal(code, 0, stderr);
  match(await stop(server), new RegExp(`/Rides/Start .*trace_id=${TRACE_ID}`));
});
