import { equal, match } from "node:assert/strict";
import { rides, ServingProgram } from "../support/program.ts";

Deno.test("track - a server that froze is noticed, though it still takes bytes", async () => {
  await using server = await ServingProgram.start();
  const tracking = rides([
    ...["client", "track", "--random", "100000", "--interval", "20ms", "--timeout", "1s"],
    ...["--address", server.address],
  ]);
  await server.logged(/./, 0).catch(() => {});
  server.signal("SIGSTOP");
  const { code, stderr } = await tracking;
  server.signal("SIGCONT");
  match(stderr, /^UNAVAILABLE: /);
  equal(code, 64 + 14);
});
