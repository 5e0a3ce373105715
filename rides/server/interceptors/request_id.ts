import { Metadata, ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";

/** The metadata key of a call's id, in the request and in the answer. */
export const REQUEST_ID = "x-request-id";

/** What a client may call its request: it goes into every line of the log. */
const ACCEPTED = /^[\w.:-]{1,128}$/;

/**
 * Gives every call an id: the one that the client sent where it is one, otherwise a new UUID. Handlers
 * and the interceptors further in find it in the request's metadata, the client in the answer's.
 */
export const requestId: ServerInterceptor = (_method, call) => {
  let id = "";
  let answered = false;
  return new ServerInterceptingCall(call, {
    start: (next) =>
      next({
        onReceiveMetadata: (metadata, next) => {
          const [sent] = metadata.get(REQUEST_ID);
          id = typeof sent === "string" && ACCEPTED.test(sent) ? sent : crypto.randomUUID();
          metadata.set(REQUEST_ID, id);
          next(metadata);
        },
      }),
    sendMetadata: (metadata, next) => {
      if (id) metadata.set(REQUEST_ID, id);
      answered = true;
      next(metadata);
    },
    sendStatus: (status, next) => {
      if (!id || answered) return next(status);
      // A call that is refused has no other metadata than that of its status.
      const metadata = status.metadata ?? new Metadata();
      metadata.set(REQUEST_ID, id);
      next({ ...status, metadata });
    },
  });
};

/** The id that {@linkcode requestId} gave the call with this metadata. */
export function requestIdOf(metadata: Metadata): string | undefined {
  return metadata.get(REQUEST_ID)[0]?.toString();
}
