import type {
  Metadata,
  sendUnaryData,
  ServerErrorResponse,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { EventEmitter } from "node:events";
import { Failure } from "../../domain/failure.ts";
import { internalStatus, statusOf } from "../../wire/status.ts";
import type { Log } from "../log.ts";
import type { Service } from "../services/service.ts";
import { wholeError } from "../whole_error.ts";
import type { HandledCall } from "./chain.ts";
import { requestIdOf } from "./request_id.ts";

/**
 * Wraps the handlers of a service, so that each may return its response, resolve to it or hand it to `done`;
 * and so that whatever it throws or rejects with is answered: a {@linkcode Failure} with its status, anything
 * else with INTERNAL and no further detail. The server carries on, and the log has the whole error.
 */
export function recovery(log: Log) {
  return ({ definition, handlers }: Service): UntypedServiceImplementation => {
    const implementation = handlers as Partial<Record<string, Handler>>;
    return Object.fromEntries(
      Object.keys(definition).flatMap((name) => {
        // By name and bound, as grpc-js does: the handlers may be the methods of an object.
        const handler = implementation[name]?.bind(handlers);
        return handler ? [[name, recovered(handler, log)]] : [];
      }),
    );
  };
}

/** What the four kinds of call have in common. */
type Call = EventEmitter & {
  getPath(): string;
  metadata: Metadata;
  /** Where grpc-js 1.14 keeps the intercepted call; undefined if another version does not. */
  readonly call?: HandledCall;
};

type Handler = (call: Call, done?: sendUnaryData<unknown>) => unknown;

function recovered(handler: Handler, log: Log): Handler {
  return (call, done) => {
    const fail = (error: unknown) => {
      const status = answerTo(error, call, log);
      if (done) done(status);
      else call.emit("error", status);
    };
    // Undefined is not a response: such a handler answers through `done`, perhaps later.
    const succeed = (response: unknown) => {
      if (done && response !== undefined) done(null, response);
    };
    try {
      const result = handler(call, done);
      if (result instanceof Promise) settle(call, result, succeed, fail);
      else succeed(result);
    } catch (error) {
      fail(error);
    }
  };
}

/** Lets the chain know how long the handler runs, which can be longer than its call. */
function settle(
  { call }: Call,
  result: Promise<unknown>,
  succeed: (response: unknown) => void,
  fail: (error: unknown) => void,
): void {
  call?.handlerBegan();
  result.then((response) => {
    call?.handlerEnded();
    succeed(response);
  }, (error) => {
    call?.handlerEnded();
    fail(error);
  });
}

function answerTo(error: unknown, call: Call, log: Log): ServerErrorResponse {
  const known = error instanceof Failure;
  if (!known) {
    log("error", `${call.getPath()} failed unexpectedly`, {
      method: call.getPath(),
      request_id: requestIdOf(call.metadata),
      stack: wholeError(error),
    });
  }
  const { code, details, metadata } = known ? statusOf(error) : internalStatus();
  return Object.assign(new Error(details), { code, details, metadata });
}
