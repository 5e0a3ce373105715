/** A client that is killed in the middle of a frame. */
import { equal } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { Channel } from "../support/exchange.ts";
import { fromFileUrl } from "../support/paths.ts";
import { openDescriptors } from "../support/process_facts.ts";
import { ServingProgram } from "../support/program.ts";
import { RIDE } from "../support/rides.ts";

const { Start } = ridesDefinition;
const CLIENT = fromFileUrl(new URL("fixtures/half_frame.ts", import.meta.url));

for (const transport of ["engine", "node"]) {
  Deno.test(`killed client - its call ends, and nothing of it stays (${transport})`, async () => {
    await using serving = await ServingProgram.start(["--transport", transport, "--grace", "20s"]);
    using channel = new Channel(serving.port);
    equal((await channel.call(Start, RIDE)).status, "OK");
    const descriptors = openDescriptors(serving.pid);

    const client = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", CLIENT, `${serving.port}`],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = client.stdout.getReader();
    await reader.read(); // "sent"
    await eventually("its connection", () => openDescriptors(serving.pid) > descriptors);
    client.kill("SIGKILL");
    await client.status;
    await reader.cancel();

    await eventually("the end of it", () => openDescriptors(serving.pid) <= descriptors);
    equal((await channel.call(Start, RIDE)).status, "OK");
    channel.close();
    // Within the grace: no call of the dead holds it up.
    serving.signal("SIGTERM");
    const { code, stderr } = await serving.ended();
    equal(code, 0, stderr);
    equal(/\/Rides\/Track took .* code=CANCELLED/.test(stderr), true, stderr);
  });
}
