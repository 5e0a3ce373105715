/** What signals do to running programs, with real calls on real sockets. */
import { equal, match, ok } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { Channel } from "../support/exchange.ts";
import { rides, ServingProgram, TrackingProgram } from "../support/program.ts";
import { POSITION, RIDE } from "../support/rides.ts";

const { Start, Track } = ridesDefinition;

/** By when a program has started and connected, ten times over; nothing tells a test so. */
const WELL_UNDER_WAY_MS = 3_000;

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`drain - a running Track finishes during ${signal}, then the server exits 0`, async () => {
    await using serving = await ServingProgram.start(["--grace", "20s"]);
    using channel = new Channel(serving.port);
    const track = channel.open(Track).send(POSITION);
    await channel.call(Start, RIDE); // By now the stream has arrived.
    serving.signal(signal);
    await refusesConnections(serving.port);
    const { status, answers } = await track.send(POSITION).end();
    equal(status, "OK");
    equal(answers[0]?.count, 2);
    const { code, stderr } = await serving.ended();
    equal(code, 0);
    match(stderr, new RegExp(`${signal}: draining; a second signal stops at once\n[^]*stopped\n$`));
  });
}

Deno.test("drain - an endless stream is cut after the grace, and told so", async () => {
  await using serving = await ServingProgram.start(["--grace", "300ms"]);
  using channel = new Channel(serving.port);
  const track = channel.open(Track).send(POSITION);
  await channel.call(Start, RIDE);
  serving.signal("SIGTERM");
  const { status, details } = await track.ended;
  equal(status, "UNAVAILABLE");
  equal(details, "the server is shutting down");
  const { code, stderr } = await serving.ended();
  equal(code, 3);
  match(
    stderr,
    /\/Rides\/Track took .* code=UNAVAILABLE .*\n.*stopped; running calls that were cut: 1\n$/,
  );
});

Deno.test("drain - a second signal ends the server at once", async () => {
  await using serving = await ServingProgram.start(["--grace", "1h"]);
  using channel = new Channel(serving.port);
  const track = channel.open(Track).send(POSITION);
  await channel.call(Start, RIDE);
  serving.signal("SIGTERM");
  await refusesConnections(serving.port);
  serving.signal("SIGTERM");
  equal((await serving.ended()).code, 128 + 15);
  const { status, details } = await track.ended;
  equal(status, "UNAVAILABLE");
  equal(details, "the server is shutting down");
});

Deno.test("drain - a connection on which nothing was ever said does not hold it up", async () => {
  await using serving = await ServingProgram.start(["--grace", "20s"]);
  using _idle = await Deno.connect({ hostname: "127.0.0.1", port: serving.port });
  serving.signal("SIGTERM");
  equal((await serving.ended()).code, 0);
});

Deno.test("serve - a port in use is told in one line, exit 1", async () => {
  await using serving = await ServingProgram.start();
  const { code, stdout, stderr } = await rides([
    "serve",
    "--listen",
    `127.0.0.1:${serving.port}`,
  ]);
  equal(code, 1);
  equal(stdout, "");
  match(stderr, /^Cannot listen on 127\.0\.0\.1:\d+: the port is in use; stop .* --listen\n$/);
});

Deno.test("client track - Ctrl-C ends the stream, prints the count and exits 130", async () => {
  await using serving = await ServingProgram.start();
  await using tracking = TrackingProgram.start(
    ["--random", "890000", "--interval", "10ms", "--address", serving.address],
  );
  await new Promise((resolve) => setTimeout(resolve, WELL_UNDER_WAY_MS));
  const { code, stdout } = await tracking.interrupt();
  equal(code, 130);
  ok(Number(stdout) > 0, stdout);
});

Deno.test("client track - Ctrl-C ends it while it waits for standard input", async () => {
  await using serving = await ServingProgram.start();
  await using tracking = TrackingProgram.start(["-", "--address", serving.address]);
  await tracking.feed(
    '{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0}\n'.repeat(3),
  );
  await new Promise((resolve) => setTimeout(resolve, WELL_UNDER_WAY_MS));
  const { code, stdout } = await tracking.interrupt();
  equal(stdout, "3\n");
  equal(code, 130);
});

async function refusesConnections(port: number): Promise<void> {
  const refused = () =>
    Deno.connect({ hostname: "127.0.0.1", port })
      .then((connection) => (connection.close(), false), () => true);
  while (!await refused()) await new Promise((resolve) => setTimeout(resolve, 10));
}
