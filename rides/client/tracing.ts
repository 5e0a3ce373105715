import type { Interceptor } from "@grpc/grpc-js";
import { parseTraceparent, TRACEPARENT } from "../wire/trace_context.ts";
import type { ClientOptions } from "./options.ts";
import { sending } from "./sending.ts";

/**
 * An interceptor that sends the trace of `options` with every call; none without a trace.
 *
 * @throws {TypeError} if it is given as an invalid text
 */
export function tracing({ traceparent }: ClientOptions): Interceptor[] {
  if (traceparent === undefined) return [];
  if (typeof traceparent === "string" && !parseTraceparent(traceparent)) {
    throw new TypeError("traceparent: it is not one of W3C Trace Context, as in 00-…-…-01");
  }
  const current = typeof traceparent === "string" ? () => traceparent : traceparent;
  return [sending((metadata) => {
    const value = current();
    if (value !== undefined) metadata.set(TRACEPARENT, value);
  })];
}
