import type { Metadata } from "@grpc/grpc-js";
import type { Interceptor } from "./interceptor.ts";

/** The metadata key of a call's id, in the request and in the answer. */
export const REQUEST_ID = "x-request-id";

/** Request ids that clients may choose; they go into the log. */
const ACCEPTED = /^[\w.:-]{1,128}$/;

/** Distinguishes this process from every other. A UUID per call would cost as much as a short handler. */
const PROCESS = crypto.randomUUID().slice(0, 13);
let calls = 0;

/**
 * Gives every call an id: the one that the client sent if it is valid, otherwise a new one. Handlers find it
 * in the request's metadata, the client in that of the response.
 */
export const requestId: Interceptor = {
  onRequest(call, metadata) {
    const [sent] = metadata.get(REQUEST_ID);
    call.requestId = requestIdFor(sent);
    if (call.requestId !== sent) metadata.set(REQUEST_ID, call.requestId);
  },

  onResponse(call, metadata) {
    if (call.requestId) metadata.set(REQUEST_ID, call.requestId);
  },
};

/** The id of a request whose client sent `sent`. */
export function requestIdFor(sent: unknown): string {
  if (typeof sent === "string" && ACCEPTED.test(sent)) return sent;
  return `${PROCESS}-${(++calls).toString(36)}`;
}

/** The id that {@linkcode requestId} gave the call with this metadata. */
export function requestIdOf(metadata: Metadata): string | undefined {
  return metadata.get(REQUEST_ID)[0]?.toString();
}
