import type {
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
} from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { Failure } from "../../rides/domain/failure.ts";
import { forEachMessage } from "../../rides/server/services/messages.ts";
import { byteMethod } from "./byte_method.ts";

/** What no caller may read. */
export const SECRET = "the password of the store is hunter2";

const method = (name: string, requestStream = false, responseStream = false) =>
  byteMethod(`/test.Faulty/${name}`, requestStream, responseStream);

const fail = (): never => {
  throw new TypeError(SECRET, { cause: new Error("the disk is full") });
};

class NewFailure extends Failure {}

/** A service that goes wrong in each way in which a handler can. */
export const faultyService = {
  definition: {
    Throws: method("Throws"),
    Rejects: method("Rejects"),
    RejectsWithText: method("RejectsWithText"),
    CallsBack: method("CallsBack"),
    FailsNewly: method("FailsNewly"),
    ThrowsAtOnce: method("ThrowsAtOnce", true),
    ThrowsAtMessage: method("ThrowsAtMessage", true),
    ThrowsAfterAnswer: method("ThrowsAfterAnswer", false, true),
    RejectsInTalk: method("RejectsInTalk", true, true),
  },
  handlers: {
    Throws: fail,
    // deno-lint-ignore require-await -- it is to reject
    Rejects: async () => fail(),
    RejectsWithText: () => Promise.reject(SECRET),
    CallsBack: (
      { request }: ServerUnaryCall<Buffer, Buffer>,
      done: (error: null, answer: Buffer) => void,
    ) => done(null, request),
    FailsNewly: () => {
      throw new NewFailure("new, and known to nobody");
    },
    ThrowsAtOnce: fail,
    ThrowsAtMessage: (call: ServerReadableStream<Buffer, Buffer>) => forEachMessage(call, fail),
    ThrowsAfterAnswer: (call: ServerWritableStream<Buffer, Buffer>) => {
      call.write(call.request);
      fail();
    },
    RejectsInTalk: async (call: ServerDuplexStream<Buffer, Buffer>) => {
      await forEachMessage(call, (message) => void call.write(message));
      fail();
    },
  },
};
