import { type Metadata, status as Code } from "@grpc/grpc-js";
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import {
  formatTraceparent,
  parseTraceparent,
  TRACEPARENT,
  TRACERESPONSE,
  TRACESTATE,
} from "../../wire/trace_context.ts";
import type { Call, CallStatus, Interceptor } from "../interceptors/interceptor.ts";

/** The codes for which it is the server that failed (OpenTelemetry's conventions for gRPC). */
const SERVER_FAILURES: ReadonlySet<Code> = new Set([
  Code.UNKNOWN,
  Code.DEADLINE_EXCEEDED,
  Code.UNIMPLEMENTED,
  Code.INTERNAL,
  Code.UNAVAILABLE,
  Code.DATA_LOSS,
]);

/**
 * Makes a span of every call, in the client's trace if it sends one, by OpenTelemetry's conventions for RPC,
 * and names it in the response.
 */
export class Spans implements Interceptor {
  readonly #spans = new WeakMap<Call, Span>();

  constructor(private readonly tracer: Tracer) {}

  onRequest(call: Call, metadata: Metadata): void {
    const [, service, method] = call.path.split("/");
    const span = this.tracer.startSpan(call.path.slice(1), {
      kind: SpanKind.SERVER,
      attributes: { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method },
    }, parentOf(metadata));
    call.traceId = span.spanContext().traceId;
    this.#spans.set(call, span);
  }

  onResponse(call: Call, metadata: Metadata): void {
    const span = this.#spans.get(call);
    if (!span) return;
    const { traceId, spanId, traceFlags: flags } = span.spanContext();
    metadata.set(TRACERESPONSE, formatTraceparent({ traceId, spanId, flags }));
  }

  onEnd(call: Call, { code, details }: CallStatus): void {
    const span = this.#spans.get(call);
    if (!span?.isRecording()) return;
    span.setAttributes({
      "rpc.grpc.status_code": code,
      ...peerAttributes(call),
      "rides.request_id": call.requestId,
      "rides.identity": call.identity,
      "rides.messages_received": call.messagesReceived,
      "rides.messages_sent": call.messagesSent,
    });
    if (SERVER_FAILURES.has(code)) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: details || Code[code] });
    }
    span.end();
  }
}

function peerAttributes(call: Call) {
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(call.getPeer()) ?? [];
  return { "network.peer.address": address, "network.peer.port": Number(port) };
}

/** The client's span, which the call is part of. */
function parentOf(metadata: Metadata): Context {
  const parent = parseTraceparent(metadata.get(TRACEPARENT)[0]);
  if (!parent) return ROOT_CONTEXT;
  const { traceId, spanId, flags: traceFlags } = parent;
  const [state] = metadata.get(TRACESTATE);
  const traceState = typeof state === "string" ? createTraceState(state) : undefined;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags,
    traceState,
    isRemote: true,
  });
}
