import { equal } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { POSITION } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

/** grpc-js pings no more often than a second after the last ping. */
const PING_MS = 1_000;

Deno.test("keepalive - a ping after the server's GOAWAY does not cut what may finish", async () => {
  await using serving = await Serving.start({ graceMs: 60_000 });
  using channel = new Channel(serving.port, "127.0.0.1", {
    "grpc.keepalive_time_ms": PING_MS,
    "grpc.keepalive_timeout_ms": PING_MS,
  });
  const track = channel.open(ridesDefinition.Track).send(POSITION);
  await eventually("it has left", () => track.sent === 1);
  await channel.call(ridesDefinition.Start, {
    carId: 7n,
    driverId: "x",
    passengerIds: [],
    type: 0,
  });
  const stopped = serving.server.shutdown();
  let ended = false;
  void track.ended.then(() => ended = true);
  // That nothing happens shows in time alone: three pings.
  await new Promise((resolve) => setTimeout(resolve, 3.5 * PING_MS));
  equal(ended, false);
  const { status, answers } = await track.end();
  equal(status, "OK");
  equal(answers[0]?.count, 1);
  equal(await stopped, 0);
});
