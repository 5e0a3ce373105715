import { deepEqual, equal } from "node:assert/strict";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { Unavailable } from "../../rides/domain/failure.ts";
import { Readiness } from "../../rides/server/readiness.ts";
import type { Service } from "../../rides/server/services/service.ts";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { type Called, Channel } from "../support/exchange.ts";
import { faultyService } from "../support/faulty_service.ts";
import { byteMethod } from "../support/byte_method.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const { Start, Track } = ridesDefinition;
const { Check } = serviceNamed("grpc.health.v1.Health") as unknown as {
  Check: Called<{ service: string }, { status: number }>;
};

const NOT_SERVING = 2;

const FIRST = Buffer.from("first");
const GOODBYE = Buffer.from("resume here");

/** A service with a stream that never ends by itself. */
class Watching implements Service {
  readonly definition = { Watch: byteMethod("/test.Watching/Watch", false, true) };
  readonly #ends = new Set<(error: Error) => void>();
  graceOver: AbortSignal | undefined;

  readonly handlers = {
    Watch: (call: ServerWritableStream<Buffer, Buffer>) => {
      call.write(FIRST);
      return new Promise((_, reject) => {
        this.#ends.add((error) => {
          call.write(GOODBYE);
          reject(error);
        });
      });
    },
  };

  drain(graceOver: AbortSignal): void {
    this.graceOver = graceOver;
    for (const end of this.#ends) end(new Unavailable("the server goes; resume elsewhere"));
  }
}

Deno.test("drain - a service says goodbye on its streams, and nothing is cut", async () => {
  const service = new Watching();
  await using serving = await Serving.start({ services: [service], graceMs: 20_000 });
  const watch = serving.channel.open(service.definition.Watch).send(Buffer.of()).finish();
  await eventually("the first event", () => watch.answers.length === 1);
  equal(await serving.server.shutdown(), 0);
  const { status, details, answers } = await watch.ended;
  equal(status, "UNAVAILABLE");
  equal(details, "the server goes; resume elsewhere");
  deepEqual(answers.map(String), [FIRST, GOODBYE].map(String));
  equal(service.graceOver?.aborted, false);
});

Deno.test("drain - is waited for within the grace, and not longer", async () => {
  let finished = false;
  const slow: Service = {
    ...faultyService,
    async drain() {
      await new Promise((resolve) => setTimeout(resolve, 50));
      finished = true;
    },
  };
  const first = await Serving.start({ services: [slow], graceMs: 20_000 });
  await first[Symbol.asyncDispose]();
  equal(finished, true);

  let graceOver: AbortSignal | undefined;
  const stuck: Service = {
    ...faultyService,
    drain: (signal) => (graceOver = signal, new Promise(() => {})),
  };
  await using second = await Serving.start({ services: [stuck] });
  equal(await second.server.shutdown(100), 0);
  equal(graceOver?.aborted, true);
});

Deno.test("drain - a service that fails at it is logged, and the drain goes on", async () => {
  const failing: Service = {
    ...faultyService,
    drain() {
      throw new TypeError("no goodbye");
    },
  };
  await using serving = await Serving.start({ services: [failing], graceMs: 20_000 });
  equal(await serving.server.shutdown(), 0);
  const [line] = serving.log.lines.filter(({ level }) => level === "error");
  equal(String(line?.fields.stack).split("\n")[0], "TypeError: no goodbye");
});

Deno.test("drain - serves as before for the delay, and says that it is not ready", async () => {
  await using serving = await Serving.start({ drainDelayMs: 600_000, graceMs: 20_000 });
  const { server, channel, port } = serving;
  const shutdown = server.shutdown();
  deepEqual(server.readiness.reasons, ["draining"]);
  const { answers } = await channel.call(Check, { service: "" });
  equal(answers[0]?.status, NOT_SERVING);
  equal((await channel.call(Start, RIDE)).status, "OK");
  using late = new Channel(port, "localhost");
  equal((await late.call(Start, RIDE)).status, "OK");
  equal(server.shutdown(0), shutdown);
  equal(await shutdown, 0);
});

Deno.test("drain - asked again with a grace, it ends that soon", async () => {
  await using serving = await Serving.start({ graceMs: 600_000 });
  const track = serving.channel.open(Track).send(POSITION);
  await serving.channel.call(Start, RIDE);
  const shutdown = serving.server.shutdown();
  void serving.server.shutdown(50);
  equal(await shutdown, 1);
  equal((await track.ended).status, "UNAVAILABLE");
});

Deno.test("drain - asked again during the delay, it cuts running calls without a grace", async () => {
  await using serving = await Serving.start({ drainDelayMs: 600_000, graceMs: 600_000 });
  const track = serving.channel.open(Track).send(POSITION);
  await serving.channel.call(Start, RIDE);
  const shutdown = serving.server.shutdown();
  void serving.server.shutdown(0);
  equal(await shutdown, 1);
  equal((await track.ended).status, "UNAVAILABLE");
});

Deno.test({
  name: "drain - a call that crosses with the GOAWAY is served",
  // `node:http2` refuses it, for its client to try elsewhere.
  ignore: Deno.env.get("RIDES_TRANSPORT") === "node",
}, async () => {
  await using serving = await Serving.start({ graceMs: 20_000 });
  await serving.channel.call(Start, RIDE);
  // Sent before anything of the drain can reach the client.
  const shutdown = serving.server.shutdown();
  const crossing = serving.channel.call(Start, RIDE);
  equal((await crossing).status, "OK");
  equal(await shutdown, 0);
});

Deno.test("readiness - is what health says, for as long as anything holds it", async () => {
  const readiness = new Readiness();
  await using serving = await Serving.start({ readiness });
  const status = async () =>
    (await serving.channel.call(Check, { service: "Rides" })).answers[0]?.status;
  const [full, slow] = [readiness.hold("the disk is full"), readiness.hold("the disk is slow")];
  equal(await status(), NOT_SERVING);
  full();
  full();
  deepEqual(readiness.reasons, ["the disk is slow"]);
  equal(await status(), NOT_SERVING);
  slow();
  equal(await status(), 1);
});

Deno.test("readiness - tells of changes alone, until nobody wants to know", () => {
  const readiness = new Readiness();
  const told: boolean[] = [];
  const stop = readiness.watch((ready) => told.push(ready));
  const first = readiness.hold("one");
  const second = readiness.hold("two");
  first();
  second();
  stop();
  readiness.hold("three");
  deepEqual(told, [false, true]);
});
