import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect } from "node:http2";
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start, Track } = ridesDefinition;

Deno.test("shutdown - lets a running Track finish and takes no new call", async () => {
  await using serving = await Serving.start({ graceMs: 20_000 });
  const { channel, server, port } = serving;
  const track = channel.open(Track).send(POSITION);
  await channel.call(Start, RIDE); // By now the stream has arrived.
  const cut = server.shutdown();
  await rejects(Deno.connect({ hostname: "127.0.0.1", port }), Deno.errors.ConnectionRefused);
  deepEqual((await track.send(POSITION).end()).answers, [{ count: 2 }]);
  equal(await cut, 0);
});

Deno.test("shutdown - cuts what still runs after the grace, and says so", async () => {
  await using serving = await Serving.start({ graceMs: 200 });
  const tracks = [1, 2].map(() => serving.channel.open(Track).send(POSITION));
  await serving.channel.call(Start, RIDE);
  equal(await serving.server.shutdown(), 2);
  for (const track of tracks) {
    const { status, details } = await track.ended;
    equal(status, "UNAVAILABLE");
    equal(details, "the server is shutting down");
  }
  equal((await serving.log.line(Track.path)).fields.code, "UNAVAILABLE");
});

for (const transport of TRANSPORTS) {
  Deno.test(`shutdown - hangs up on a client that does not take the end of its call (${transport})`, async () => {
    await using serving = await Serving.start({ transport });
    const origin = `http://127.0.0.1:${serving.port}`;
    const stalled = connect(origin, { settings: { initialWindowSize: 0 } });
    stalled.on("error", () => {});
    const watch = stalled.request({
      ":method": "POST",
      ":path": "/rides.v1.CarService/WatchCars",
      "content-type": "application/grpc",
      te: "trailers",
    });
    watch.on("error", () => {});
    watch.end(Buffer.alloc(5));
    await once(watch, "response");
    equal(await serving.server.shutdown(), 1);
    await eventually("the end of the connection", () => stalled.destroyed);
  });
}

Deno.test("shutdown - a grace of its own goes before the server's", async () => {
  await using serving = await Serving.start({ graceMs: 600_000 });
  serving.channel.open(Track).send(POSITION);
  await serving.channel.call(Start, RIDE);
  equal(await serving.server.shutdown(0), 1);
});

Deno.test("shutdown - again is the same shutdown", async () => {
  await using serving = await Serving.start();
  const { server } = serving;
  equal(server.shutdown(), server.shutdown());
  equal(await server.shutdown(), 0);
});

Deno.test("shutdown - frees the port", async () => {
  const first = await Serving.start();
  await first.channel.call(Start, RIDE);
  await first[Symbol.asyncDispose]();
  await using second = await Serving.start({ listen: [first.address] });
  equal((await second.channel.call(Start, RIDE)).status, "OK");
});

Deno.test("shutdown - a connection without calls does not hold it up", async () => {
  // Over the runtime's HTTP/2 it does, as long as the grace is.
  const graceMs = Deno.env.get("RIDES_TRANSPORT") === "node" ? 100 : 3_600_000;
  await using serving = await Serving.start({ graceMs });
  using idle = await Deno.connect({ hostname: "127.0.0.1", port: serving.port });
  await serving.channel.call(Start, RIDE);
  let cut: number | undefined;
  void serving.server.shutdown().then((count) => cut = count);
  equal(await eventually("the end", () => cut), 0);
  // Whatever it was greeted with, it ends.
  await eventually("the end of the connection", async () => {
    return await idle.read(new Uint8Array(1024)) === null;
  });
});

Deno.test("listen - several addresses, each with its own port", async () => {
  await using serving = await Serving.start({ listen: ["127.0.0.1:0", "127.0.0.2:0"] });
  const [first, second] = serving.server.listeners;
  equal(second?.host, "127.0.0.2");
  for (const { host, port } of [first!, second!]) {
    using channel = new Channel(port, host);
    equal((await channel.call(Start, RIDE)).status, "OK");
  }
});

Deno.test("listen - a port that is in use is refused, and nothing stays of the attempt", async () => {
  await using serving = await Serving.start();
  await rejects(createServer({ listen: ["127.0.0.1:0", serving.address] }), (error: Error) => {
    match(error.message, /^Cannot listen on 127\.0\.0\.1:\d+: the port is in use; /);
    return error.name === "ListenError";
  });
});

for (const address of ["", "localhost", "::1:0", "127.0.0.1:99999", "a b:1"]) {
  Deno.test(`listen - "${address}" is refused for what it is`, async () => {
    await rejects(createServer({ listen: [address] }), { name: "TypeError" });
  });
}
