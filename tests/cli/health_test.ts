/** `rides client health` */
import { equal, match } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";

Deno.test("client health - a server that serves is SERVING: exit 0", async () => {
  await using serving = await ServingProgram.start();
  for (const service of [[], ["Rides"]]) {
    const { code, stdout } = await ridesHere(
      ["client", "health", ...service, "--address", serving.address],
    );
    equal(stdout, "SERVING\n");
    equal(code, 0);
  }
});

Deno.test("client health - a service that it does not have is NOT_FOUND", async () => {
  await using serving = await ServingProgram.start();
  const { code, stderr } = await ridesHere(
    ["client", "health", "Taxis", "--address", serving.address],
  );
  match(stderr, /^NOT_FOUND: /);
  equal(code, 64 + 5);
});

Deno.test("client health - a server that is about to go is NOT_SERVING: exit 1", async () => {
  await using serving = await ServingProgram.start(["--drain-delay", "10m"]);
  serving.signal("SIGTERM");
  const { code, stdout, stderr } = await eventually("the drain", async () => {
    const finished = await rides(["client", "health", "--address", serving.address]);
    return finished.code !== 0 && finished;
  });
  equal(stdout, "NOT_SERVING\n");
  equal(stderr, "The server is NOT_SERVING\n");
  equal(code, 1);
});

Deno.test("client health - nobody there is UNAVAILABLE", async () => {
  const { code } = await rides(["client", "health", "--address", "127.0.0.1:1"]);
  equal(code, 64 + 14);
});
