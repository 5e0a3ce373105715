/** How many calls run at once, over both transports. */
import { equal } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { byteMethod } from "../support/byte_method.ts";
import { eventually } from "../support/eventually.ts";
import { Channel, type Exchange } from "../support/exchange.ts";
import { RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start } = ridesDefinition;
const { Watch } = serviceNamed("grpc.health.v1.Health");

/** A call that runs until it is cancelled, and does so now. */
async function running(channel: Channel): Promise<Exchange<object, object>> {
  const watch = channel.open(Watch!).send({ service: "" }).finish();
  await eventually("the call runs", () => watch.answers.length > 0);
  return watch;
}

for (const transport of TRANSPORTS) {
  Deno.test(`maxCalls - refuses those beyond, until one has ended (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxCalls: 2 });
    // By another name, since channels to one address share their connection.
    using elsewhere = new Channel(serving.port, "localhost");
    const calls = [await running(serving.channel), await running(elsewhere)];
    for (const channel of [serving.channel, elsewhere]) {
      const { status, details } = await channel.call(Start, RIDE);
      equal(status, "RESOURCE_EXHAUSTED");
      equal(details, "the server runs as many calls as it may: 2");
    }
    await calls[0]!.cancel();
    await eventually("there is a place", async () => {
      return (await elsewhere.call(Start, RIDE)).status === "OK";
    });
    await calls[1]!.cancel();
  });

  Deno.test(`maxCalls - an address that holds all of them gives way to others (${transport})`, async () => {
    const listen = ["127.0.0.1:0", "[::1]:0"];
    await using serving = await Serving.start({ transport, maxCalls: 3, listen });
    using other = new Channel(serving.server.listeners[1]!.port, "[::1]");
    const held = [];
    for (let call = 0; call < 3; call++) held.push(await running(serving.channel));
    const own = await running(other);
    const { status, details } = await held[0]!.ended;
    equal(status, "RESOURCE_EXHAUSTED");
    equal(details, "the server runs as many calls as it may: 3, most of them of this address");
    // Two of one address and one of the other: neither gives way any more.
    for (const channel of [other, serving.channel]) {
      equal((await channel.call(Start, RIDE)).status, "RESOURCE_EXHAUSTED");
    }
    for (const call of [held[1]!, held[2]!, own]) await call.cancel();
  });

  Deno.test(`maxCalls - an address that asks again and again keeps nobody out (${transport})`, async () => {
    const listen = ["127.0.0.1:0", "[::1]:0"];
    await using serving = await Serving.start({ transport, maxCalls: 3, listen });
    using other = new Channel(serving.server.listeners[1]!.port, "[::1]");
    const held = new Set<Exchange<object, object>>();
    const askOften = () => {
      for (let call = 0; call < 100; call++) {
        const watch = serving.channel.open(Watch!).send({ service: "" }).finish();
        held.add(watch);
        void watch.ended.then(() => held.delete(watch));
      }
    };
    for (let round = 1; round <= 20; round++) {
      askOften();
      await eventually("all but three are refused", () => held.size <= 3);
      askOften();
      const { status } = await other.call(Start, { ...RIDE, car_id: `${round}` });
      equal(status, "OK", `in round ${round}`);
    }
    for (const watch of held) await watch.cancel();
  });

  Deno.test(`maxCallsPerConnection - refuses those beyond on that one alone (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxCallsPerConnection: 1 });
    using elsewhere = new Channel(serving.port, "localhost");
    const call = await running(serving.channel);
    const { status, details } = await serving.channel.call(Start, RIDE);
    equal(status, "RESOURCE_EXHAUSTED");
    equal(details, "the connection runs as many calls as it may: 1");
    equal((await elsewhere.call(Start, RIDE)).status, "OK");
    await call.cancel();
    await eventually("there is a place", async () => {
      return (await serving.channel.call(Start, RIDE)).status === "OK";
    });
  });
}

const Slow = byteMethod("/test.Slow/Slow");

/** Its handlers run until `finish`, whatever becomes of their calls. */
function slowService() {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const service = {
    began: 0,
    definition: { Slow },
    handlers: { Slow: () => (service.began++, promise) },
    finish: () => resolve(Buffer.of()),
  };
  return service;
}

/** Cancels two calls whose handlers run on. */
async function cancelTwo(serving: Serving, slow: ReturnType<typeof slowService>): Promise<void> {
  for (const before of [0, 1]) {
    const call = serving.channel.open(Slow).send(Buffer.of()).finish();
    await eventually("the handler runs", () => slow.began > before);
    equal((await call.cancel()).status, "CANCELLED");
  }
  await serving.log.line(Slow.path);
}

for (const transport of TRANSPORTS) {
  Deno.test(`maxCalls - counts a unary call until its handler has ended, cancelled or not (${transport})`, async () => {
    const slow = slowService();
    await using serving = await Serving.start({ transport, maxCalls: 2, services: [slow] });
    await cancelTwo(serving, slow);
    equal((await serving.channel.call(Start, RIDE)).status, "RESOURCE_EXHAUSTED");
    slow.finish();
    await eventually("there is a place", async () => {
      return (await serving.channel.call(Start, RIDE)).status === "OK";
    });
  });

  Deno.test(`maxCallsPerConnection - has as many calls as streams, cancelled or not (${transport})`, async () => {
    const slow = slowService();
    const limits = { maxConcurrentStreams: 2 };
    await using serving = await Serving.start({ transport, limits, services: [slow] });
    using elsewhere = new Channel(serving.port, "localhost");
    await cancelTwo(serving, slow);
    const { status, details } = await serving.channel.call(Start, RIDE);
    equal(status, "RESOURCE_EXHAUSTED");
    equal(details, "the connection runs as many calls as it may: 2");
    equal((await elsewhere.call(Start, RIDE)).status, "OK");
    slow.finish();
    await eventually("there is a place", async () => {
      return (await serving.channel.call(Start, RIDE)).status === "OK";
    });
  });
}
