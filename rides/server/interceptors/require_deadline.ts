import { InvalidArgument } from "../../domain/failure.ts";
import { statusOf } from "../../wire/status.ts";
import { type Interceptor, isUnary } from "./interceptor.ts";

/** Refuses unary calls without a deadline; a stream may have good reason to run for ever. */
export const requireDeadline: Interceptor = {
  onRequest(call) {
    if (!isUnary(call) || call.getDeadline() !== Infinity) return;
    const reason = "missing; this server takes no unary call without a deadline";
    call.sendStatus(statusOf(new InvalidArgument([{ field: "grpc-timeout", reason }])));
  },
};
