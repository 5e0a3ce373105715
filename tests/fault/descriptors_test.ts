/** A server that the system lets open few files (`ulimit -n`). */
import { equal, match, ok } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { openDescriptors } from "../support/process_facts.ts";
import { programLine, ServingProgram } from "../support/program.ts";
import { RIDE } from "../support/rides.ts";
import { available } from "../support/tools.ts";

const { Start } = ridesDefinition;

/** What the server may open. */
const FILES = 128;
/** Far more than that leaves room for. */
const CROWD = 300;

const ignore = !available("prlimit", "--version");

for (const transport of ["engine", "node"]) {
  Deno.test({
    name: `descriptors - a crowd beyond ulimit -n is refused, and others are served (${transport})`,
    ignore,
  }, async () => {
    await using serving = await ServingProgram.of([
      ...["prlimit", `--nofile=${FILES}:${FILES}`],
      ...programLine(),
      ...["serve", "--transport", transport, "--listen", "127.0.0.1:0"],
    ] as [string, ...string[]]);
    using early = new Channel(serving.port);
    equal((await early.call(Start, RIDE)).status, "OK");

    const crowd = await Promise.all(
      Array.from(
        { length: CROWD },
        () => Deno.connect({ port: serving.port }).catch(() => undefined),
      ),
    );
    let refused = 0;
    const ends = crowd.map(async (connection) => {
      if (await isEnded(connection)) refused++;
    });
    await eventually("refusals", () => refused > CROWD - FILES);
    // Who is in is served, and there is room for what the server itself has to open.
    equal((await early.call(Start, RIDE)).status, "OK");
    ok(openDescriptors(serving.pid) < FILES, "some are left");

    for (const connection of crowd) connection?.close();
    await Promise.all(ends);
    await eventually("a place for one who comes later", async () => {
      using late = new Channel(serving.port);
      return (await late.call(Start, RIDE, { deadline: Date.now() + 2_000 })).status === "OK";
    });
    early.close();
    serving.signal("SIGTERM");
    const { code, stderr } = await serving.ended();
    equal(code, 0);
    match(stderr, /No further connection is taken: \d+ are open, and the system allows no more/);
  });
}

/** Resolves when the connection is over, to whether the other side has ended it. */
async function isEnded(connection: Deno.TcpConn | undefined): Promise<boolean> {
  if (!connection) return true;
  const bytes = new Uint8Array(1024);
  try {
    while (await connection.read(bytes) !== null);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted);
  }
}
