/** In a file of its own: grpc-js has timers of the connection that it makes, and they end in later tests. */
import { equal, ok } from "node:assert/strict";
import { CallFailure } from "../../rides/client/call_failure.ts";
import { RidesClient } from "../../rides/client/client.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

Deno.test({
  name: "client - a closed client fails every call with CANCELLED",
  // grpc-js may be about to ping the connection that it closes.
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  await using serving = await Serving.start();
  const client = new RidesClient({ address: serving.address });
  await client.start(RIDE);
  client.close();
  client.close();
  const calls = await Promise.allSettled([
    client.start(RIDE),
    client.track([POSITION]),
    client.getInfor("trung"),
    client.checkMarried("trung"),
  ]);
  for (const call of calls) {
    ok(call.status === "rejected" && call.reason instanceof CallFailure, String(call));
    equal(call.reason.message, "CANCELLED: the client is closed");
  }
});

Deno.test({
  name: "client - a call that waits for the connection ends CANCELLED at the close",
  // grpc-js lets go of the connection that it was making after the close.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using serving = await Serving.start();
    const client = new RidesClient({ address: serving.address });
    const calls = Promise.allSettled([client.start(RIDE), client.track([POSITION])]);
    client.close();
    for (const call of await calls) {
      ok(call.status === "rejected" && call.reason instanceof CallFailure, Deno.inspect(call));
      equal(call.reason.message, "CANCELLED: the client is closed");
    }
  },
});
