/** The calls of a connection that stream their responses. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { ServerDuplexStream, ServerWritableStream } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { CallFailure } from "../../rides/client/call_failure.ts";
import { Connection } from "../../rides/client/connection.ts";
import { Unavailable } from "../../rides/domain/failure.ts";
import { byteMethod } from "../support/byte_method.ts";
import { eventually } from "../support/eventually.ts";
import { Serving } from "../support/serving.ts";

/** Fewer than grpc-js takes off a call that nobody reads, which are 16. */
const COUNT = 10;

const COUNTING = byteMethod("/test.Streams/Counting", false, true);
const ASKING = byteMethod("/test.Streams/Asking");
const ECHOING = byteMethod("/test.Streams/Echoing", true, true);

/** Answers in numbers, and goes wrong when it is told to; echoes; and knows how many calls were cancelled. */
class Streams {
  cancelled = 0;
  readonly failing = Promise.withResolvers<void>();
  readonly definition = { Counting: COUNTING, Asking: ASKING, Echoing: ECHOING };
  readonly handlers = {
    Counting: async (call: ServerWritableStream<Buffer, Buffer>) => {
      call.on("cancelled", () => this.cancelled++);
      for (let number = 1; number <= COUNT; number++) call.write(Buffer.from([number]));
      await this.failing.promise;
      throw new Unavailable("enough");
    },
    Asking: ({ request }: { request: Buffer }) => request,
    Echoing: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on("cancelled", () => this.cancelled++);
      call.on("data", (message) => call.write(message));
      call.on("end", () => call.end());
    },
  };
}

class Scene implements AsyncDisposable {
  private constructor(
    readonly serving: Serving,
    readonly streams: Streams,
    readonly connection: Connection,
  ) {}

  static async make(): Promise<Scene> {
    const streams = new Streams();
    const serving = await Serving.start({ services: [streams] });
    return new Scene(serving, streams, new Connection({ address: serving.address }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.close();
    await this.serving[Symbol.asyncDispose]();
  }
}

Deno.test("responses - what has arrived is read before the failure", async () => {
  await using scene = await Scene.make();
  const { connection, streams } = scene;
  // What the server wrote before it answered this has arrived as well: there is one connection.
  const arrived = () => connection.unary(ASKING, Buffer.alloc(0));
  const read: (number | undefined)[] = [];
  await rejects(async () => {
    for await (const [number] of connection.serverStream(COUNTING, Buffer.alloc(0))) {
      read.push(number);
      if (read.length > 1) continue;
      await arrived();
      streams.failing.resolve();
      await arrived();
    }
  }, (error) => {
    ok(error instanceof CallFailure);
    equal(error.message, "UNAVAILABLE: enough");
    return true;
  });
  deepEqual(read, Array.from({ length: COUNT }, (_, index) => index + 1));
});

Deno.test("responses - to leave them early, or the signal, cancels the call", async () => {
  await using scene = await Scene.make();
  const { connection, streams } = scene;
  for await (const _ of connection.serverStream(COUNTING, Buffer.alloc(0))) break;
  await eventually("the first is cancelled", () => streams.cancelled === 1);
  const over = new AbortController();
  await rejects(async () => {
    for await (const _ of connection.serverStream(COUNTING, Buffer.alloc(0), over.signal)) {
      over.abort();
    }
  }, /^CallFailure: CANCELLED/);
  await eventually("the second is cancelled", () => streams.cancelled === 2);
});

Deno.test("duplex - sends what comes, as it comes, and ends with its source", async () => {
  await using scene = await Scene.make();
  const answered: number[] = [];
  async function* source() {
    for (let number = 1; number <= 3; number++) {
      // The answer to the one before has come, though more is to be sent.
      await eventually("the answer", () => answered.length === number - 1);
      yield Buffer.from([number]);
    }
  }
  for await (const [number] of scene.connection.duplex(ECHOING, source())) answered.push(number!);
  deepEqual(answered, [1, 2, 3]);
});

Deno.test("duplex - a source that fails ends the call with its failure", async () => {
  await using scene = await Scene.make();
  let answered = false;
  async function* source(): AsyncGenerator<Buffer> {
    yield Buffer.from([1]);
    await eventually("the answer", () => answered);
    throw new RangeError("no more");
  }
  await rejects(async () => {
    for await (const _ of scene.connection.duplex(ECHOING, source())) answered = true;
  }, new RangeError("no more"));
});
