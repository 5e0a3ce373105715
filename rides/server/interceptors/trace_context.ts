import { parseTraceparent, TRACEPARENT } from "../../wire/trace_context.ts";
import type { Interceptor } from "./interceptor.ts";

/** Takes the trace that the client's call belongs to, so that the log names it. */
export const traceContext: Interceptor = {
  onRequest(call, metadata) {
    const [sent] = metadata.get(TRACEPARENT);
    if (sent !== undefined) call.traceId = parseTraceparent(sent)?.traceId;
  },
};
