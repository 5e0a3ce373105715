import { Buffer } from "node:buffer";
import protobuf from "protobufjs";

/** The part of OpenTelemetry's protocol (opentelemetry-proto 1.3) that is looked at. */
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Traces { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4;
    string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9; Status status = 15;
  }
  message Status { string message = 2; int32 code = 3; }
  message Metrics { repeated ResourceMetrics resource_metrics = 1; }
  message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
  message ScopeMetrics { repeated Metric metrics = 2; }
  message Metric { string name = 1; string unit = 3; Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; }
  message Gauge { repeated NumberPoint data_points = 1; }
  message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
  message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
  message NumberPoint { double as_double = 4; repeated KeyValue attributes = 7; }
  message HistogramPoint {
    fixed64 count = 4; double sum = 5; repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7;
    repeated KeyValue attributes = 9;
  }
  message Resource { repeated KeyValue attributes = 1; }
  message KeyValue { string key = 1; Value value = 2; }
  message Value { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`,
  { keepCase: true },
);

type Attributes = Record<string, string | number | boolean>;

export interface CollectedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly parentSpanId: string;
  readonly attributes: Attributes;
  readonly status: { readonly code: number; readonly message: string };
  readonly resource: Attributes;
}

export interface CollectedPoint {
  readonly name: string;
  readonly attributes: Attributes;
  /** That of a number, or the count of a histogram. */
  readonly value: number;
  readonly resource: Attributes;
}

/** A collector of OpenTelemetry on a free port, that keeps what it is sent by OTLP over HTTP. */
export class Collector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  readonly points: CollectedPoint[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, (request) => this.#take(request));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #take(request: Request): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/traces") this.#takeTraces(decode("Traces", bytes));
    else if (pathname === "/v1/metrics") this.#takeMetrics(decode("Metrics", bytes));
    else return new Response(null, { status: 404 });
    return new Response(null, { headers: { "content-type": "application/x-protobuf" } });
  }

  #takeTraces({ resource_spans }: Message): void {
    for (const { resource, scope_spans } of resource_spans) {
      for (const span of scope_spans.flatMap(({ spans }: Message) => spans)) {
        this.spans.push({
          name: span.name,
          kind: span.kind,
          traceId: hex(span.trace_id),
          spanId: hex(span.span_id),
          traceState: span.trace_state,
          parentSpanId: hex(span.parent_span_id),
          attributes: attributesOf(span),
          status: { code: span.status?.code ?? 0, message: span.status?.message ?? "" },
          resource: attributesOf(resource),
        });
      }
    }
  }

  #takeMetrics({ resource_metrics }: Message): void {
    for (const { resource, scope_metrics } of resource_metrics) {
      for (const metric of scope_metrics.flatMap(({ metrics }: Message) => metrics)) {
        const { data_points } = metric.gauge ?? metric.sum ?? metric.histogram;
        for (const point of data_points) {
          const value = metric.histogram ? Number(point.count) : point.as_double;
          const attributes = attributesOf(point);
          this.points.push({
            name: metric.name,
            attributes,
            value,
            resource: attributesOf(resource),
          });
        }
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

// deno-lint-ignore no-explicit-any -- messages as protobufjs decodes them
type Message = any;

function decode(name: string, bytes: Uint8Array): Message {
  return root.lookupType(name).toObject(root.lookupType(name).decode(bytes), {
    arrays: true,
    longs: Number,
    defaults: true,
    oneofs: true,
  });
}

function attributesOf(of: Message): Attributes {
  const pairs = of?.attributes ?? [];
  return Object.fromEntries(pairs.map(({ key, value }: Message) => [key, value[value.value]]));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
