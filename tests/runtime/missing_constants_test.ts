import { equal } from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { Serving } from "../support/serving.ts";

Deno.test("content type - one that is not gRPC's is answered with 415", async () => {
  await using serving = await Serving.start();
  const session = http2.connect(`http://${serving.address}`);
  const request = session.request({
    ":method": "POST",
    ":path": "/Rides/Start",
    "content-type": "text/plain",
  });
  request.end();
  const [headers] = await once(request, "response");
  equal(headers[":status"], 415);
  session.destroy();
});
