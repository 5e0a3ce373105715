import { rejects } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { referencePositions } from "../../rides/domain/reference_positions.ts";
import { ServingProgram } from "../support/program.ts";

Deno.test({
  name: "track - a server that froze is noticed, though the system still takes what is sent",
  // grpc-js leaves its backoff timer when a connection has dropped.
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  await using server = await ServingProgram.start();
  await using client = new RidesClient({ address: server.address, timeoutMs: 1_000 });
  let sent = 0;
  async function* slowly() {
    for (const position of referencePositions(10_000)) {
      if (++sent === 20) server.signal("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield position;
    }
  }
  await rejects(client.track(slowly()), { name: "CallFailure", status: "UNAVAILABLE" });
});
