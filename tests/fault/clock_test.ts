/** A machine whose clock is set back by an hour while it serves, which libfaketime makes of this one. */
import { deepEqual, equal } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { Channel } from "../support/exchange.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { POSITION, RIDE } from "../support/rides.ts";

const { Start, Track } = ridesDefinition;

const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const ignore = !exists(LIBRARY);

for (const store of ["memory", "sqlite:rides.db"]) {
  Deno.test(
    { name: `clock - set back by an hour, calls go on as before (${store})`, ignore },
    async () => {
      await using folder = await TemporaryFolder.make();
      const clock = `${folder.path}/clock`;
      await Deno.writeTextFile(clock, "+0");
      await using serving = await ServingProgram.start(["--store", store, "--grace", "20s"], {
        cwd: folder.path,
        under: [
          "env",
          `LD_PRELOAD=${LIBRARY}`,
          `FAKETIME_TIMESTAMP_FILE=${clock}`,
          ...["FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"],
        ],
      });
      using channel = new Channel(serving.port);
      const track = channel.open(Track).send(POSITION);
      const before = await channel.call(Start, RIDE);
      equal(before.status, "OK", before.details);

      await Deno.writeTextFile(clock, "-3600");
      const after = await channel.call(Start, RIDE);
      equal(after.status, "OK", after.details);
      const { status, details, answers } = await track.send(POSITION).end();
      equal(status, "OK", details);
      deepEqual(answers, [{ count: 2 }]);
      const another = await channel.open(Track).send(POSITION).end();
      equal(another.status, "OK", another.details);
      channel.close();
      serving.signal("SIGTERM");
      equal((await serving.ended()).code, 0);
    },
  );
}

function exists(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
