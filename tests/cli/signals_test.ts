/** What signals come to: several, in a process that sends them to itself, and one, in client commands. */
import { equal, match } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { eventually } from "../support/eventually.ts";
import { fromFileUrl, TemporaryFolder } from "../support/paths.ts";
import { SilentPort } from "../support/silent_port.ts";
import { run, RunningProgram, ServingProgram } from "../support/program.ts";

const SIGNALLED = fromFileUrl(new URL("fixtures/signalled.ts", import.meta.url));
const HOUR_MS = "3600000";

const CASES: [string, string[], string][] = [
  ["the same one at once is the first", [HOUR_MS, "SIGINT", "SIGINT"], "first SIGINT"],
  [
    "another one at once is a second",
    [HOUR_MS, "SIGINT", "SIGTERM"],
    "first SIGINT, second SIGTERM",
  ],
  [
    "is still heard behind the same one at once",
    [HOUR_MS, "SIGINT", "SIGINT", "SIGTERM"],
    "first SIGINT, second SIGTERM",
  ],
  ["the same one later is a second", ["0", "SIGINT", "SIGINT"], "first SIGINT, second SIGINT"],
];

for (const [what, args, taken] of CASES) {
  Deno.test(`signals - ${what}`, async () => {
    const { code, stdout, stderr } = await run([Deno.execPath(), "run", "-A", SIGNALLED, ...args]);
    equal(code, 0, stderr);
    equal(stdout, `${taken}\n`);
  });
}

const POSITION = '{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1,"lng":1}\n';

/** Commands, what they say when they run, and last. */
const ENDED: [string[], RegExp | undefined, RegExp][] = [
  [["track", "-"], undefined, /^\{"count":1\}\n$/],
  [["car", "upload", "-"], /"stored_lines":1\}/, /\n\{"stored":1,"rejected":0\}\n$/],
  [["car", "watch"], /"snapshot_complete":true/, /"snapshot_complete":true\}\n$/],
];

for (const [command, running, last] of ENDED) {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.test(`client ${command.join(" ")} - ends with ${code} after ${signal}`, async () => {
      await using folder = await TemporaryFolder.make();
      await using server = await ServingProgram.start();
      await using client = new RidesClient({ address: server.address });
      await using program = new RunningProgram(
        ["client", ...command, "--address", server.address, "--format", "json"],
        { cwd: folder.path },
      );
      await program.feed(POSITION);
      if (running) await program.says("stdout", running);
      else await eventually("it is stored", () => client.cars.get(7n).catch(() => false));
      program.signal(signal);
      const ended = await program.ended();
      match(ended.stdout, last);
      equal(ended.code, code, ended.stderr);
    });
  }
}

const WAITING = [
  ["track", "--random", "3"],
  ["track", "-"],
  ["start", "--car-id", "7", "--driver-id", "x"],
  ["ride", "watch", "x"],
  ["car", "list"],
  ["car", "watch"],
  ["car", "upload", "-"],
];

for (const command of WAITING) {
  Deno.test(`client ${command.join(" ")} - the first Ctrl-C ends it while a server says nothing`, async () => {
    await using folder = await TemporaryFolder.make();
    await using port = new SilentPort();
    await using program = new RunningProgram(
      ["client", ...command, "--address", port.address, "--timeout", "10m"],
      { cwd: folder.path },
    );
    await port.called;
    program.signal("SIGINT");
    await eventually("it ends", () => program.hasEnded);
    const { code, stderr } = await program.ended();
    equal(code, 130, stderr);
    equal(stderr, "");
  });
}
