/** The log of `rides serve`, on stderr. */
import { deepEqual, equal, match } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { rideServiceDefinition } from "../../rides/wire/v1/ride_service.ts";
import { Channel } from "../support/exchange.ts";
import { programLine, ServingProgram } from "../support/program.ts";
import { RIDE } from "../support/rides.ts";

const { Start } = ridesDefinition;
const { GetRide } = rideServiceDefinition;

Deno.test("log - is JSON where stderr is no terminal", async () => {
  const serve = [...programLine(), "serve", "--listen", "127.0.0.1:0"] as const;
  await using server = await ServingProgram.of(serve);
  using channel = new Channel(server.port);
  await channel.call(Start, RIDE);
  const [line] = await server.logged(/^.*\/Rides\/Start.*$/m);
  const { time, level, method, code, messages_in, duration_ms } = JSON.parse(line);
  match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  deepEqual({ level, method, code, messages_in }, {
    level: "info",
    method: Start.path,
    code: "OK",
    messages_in: 1,
  });
  equal(typeof duration_ms, "number");
});

Deno.test("log - --log-format text writes for people", async () => {
  await using server = await ServingProgram.start(["--log-format", "text"]);
  using channel = new Channel(server.port);
  await channel.call(Start, RIDE);
  await server.logged(/^\S+Z info {2}\/Rides\/Start took [\d.]+ms method=\/Rides\/Start code=OK /m);
});

Deno.test("log - --log-level warn leaves the calls out", async () => {
  await using server = await ServingProgram.start(["--log-level", "warn"]);
  using channel = new Channel(server.port);
  await channel.call(Start, RIDE);
  server.signal("SIGTERM");
  equal((await server.ended()).stderr, "");
});

Deno.test("log - SIGUSR2 logs everything, and once more as before", async () => {
  await using server = await ServingProgram.start(["--log-level", "warn"]);
  using channel = new Channel(server.port);
  await channel.call(Start, RIDE, { metadata: { "x-request-id": "at-warn" } });
  server.signal("SIGUSR2");
  await server.logged(/the log level is debug/);
  await channel.call(Start, RIDE, { metadata: { "x-request-id": "at-debug" } });
  await server.logged(/at-debug/);
  server.signal("SIGUSR2");
  await server.logged(/the log level is warn/);
  await channel.call(Start, RIDE, { metadata: { "x-request-id": "at-warn-again" } });
  server.signal("SIGTERM");
  const { stderr } = await server.ended();
  deepEqual(stderr.match(/at-[a-z-]+/g), ["at-debug"]);
  equal(stderr.includes("Debugger"), false);
});

Deno.test("log - shows control characters of a caller, in either format", async () => {
  for (const format of ["text", "json"]) {
    await using server = await ServingProgram.start(["--log-format", format]);
    using channel = new Channel(server.port);
    // JSON escapes those below U+0020 alone; U+009B begins a command to a terminal.
    await channel.call(GetRide, { name: "rides/\x9b31m\u202eKO\x1b[31m\n" });
    const [line] = await server.logged(/^.*GetRide.*NOT_FOUND.*$/m);
    equal(/[\p{Cc}\u202e]/u.test(line), false, JSON.stringify(line));
    match(line, /rides\/\\u009b31m\\u202eKO\\u001b\[31m\\n/);
  }
});

Deno.test("log - a path that looks like a line of the log is one value in it", async () => {
  await using server = await ServingProgram.start(["--store", "memory"]);
  using channel = new Channel(server.port);
  // A space would be refused before.
  const path = "/Rides/Fly,code=OK";
  equal((await channel.call({ ...Start, path }, RIDE)).status, "UNIMPLEMENTED");
  await server.logged(/ method="\/Rides\/Fly,code=OK" code=UNIMPLEMENTED /);
});
