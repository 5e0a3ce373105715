/** What signals do to running programs, with real calls on real sockets. */
import { equal, match, ok } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { rides, RunningProgram, ServingProgram } from "../support/program.ts";
import { POSITION, RIDE } from "../support/rides.ts";

const { Start, Track } = ridesDefinition;

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
  serving.signal("SIGINT");
  equal((await serving.ended()).code, 128 + 2);
  const { status, details } = await track.ended;
  equal(status, "UNAVAILABLE");
  equal(details, "the server is shutting down");
});

Deno.test("drain - a connection on which nothing was ever said does not hold it up", async () => {
  // Over the runtime's HTTP/2 it does, as long as the grace is.
  const grace = Deno.env.get("RIDES_TRANSPORT") === "node" ? "100ms" : "1h";
  await using serving = await ServingProgram.start(["--grace", grace]);
  using _idle = await Deno.connect({ hostname: "127.0.0.1", port: serving.port });
  serving.signal("SIGTERM");
  await eventually("the end", () => serving.hasEnded);
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
  const made = ["--random", "890000", "--interval", "10ms", "--car-id", "7"];
  await using tracking = new RunningProgram(track(serving, ...made));
  await arrived(serving, 1);
  tracking.signal("SIGINT");
  const { code, stdout } = await tracking.ended();
  equal(code, 130);
  ok(Number(stdout) > 0, stdout);
});

Deno.test("client track - Ctrl-C ends it while it waits for standard input", async () => {
  await using serving = await ServingProgram.start();
  await using tracking = new RunningProgram(track(serving, "-"));
  for (const second of [1, 2, 3]) {
    await tracking.feed(`{"car_id":7,"time":"2022-02-22T14:36:0${second}Z","lat":1,"lng":1}\n`);
  }
  await arrived(serving, 3);
  tracking.signal("SIGINT");
  const { code, stdout } = await tracking.ended();
  equal(stdout, "3\n");
  equal(code, 130);
});

function track({ address }: ServingProgram, ...args: string[]): string[] {
  return ["client", "track", "--address", address, ...args];
}

/** Resolves when the server has stored so many positions of car 7. */
async function arrived({ address }: ServingProgram, count: number): Promise<void> {
  await using client = new RidesClient({ address });
  await eventually(`${count} positions`, async () => {
    const cars = await Array.fromAsync(client.cars.list());
    return cars.length > 0 && (await Array.fromAsync(client.cars.history(7n))).length >= count;
  });
}

async function refusesConnections(port: number): Promise<void> {
  const refused = () =>
    Deno.connect({ hostname: "127.0.0.1", port })
      .then((connection) => (connection.close(), false), () => true);
  while (!await refused()) await new Promise((resolve) => setTimeout(resolve, 10));
}
