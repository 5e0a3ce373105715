import { equal, match, notEqual } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const { Start, Track } = ridesDefinition;

const NEW_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-z]+$/;

Deno.test("x-request-id - is given to a call without one, in answer and log", async () => {
  await using serving = await Serving.start();
  const { headers } = await serving.channel.call(Start, RIDE);
  const [id] = headers.get("x-request-id");
  match(String(id), NEW_ID);
  equal((await serving.log.line(Start.path)).fields.request_id, id);
  const again = await serving.channel.call(Start, RIDE);
  notEqual(again.headers.get("x-request-id")[0], id);
});

for (const id of ["r-1", "a:b.c_D-9", "x".repeat(128)]) {
  Deno.test(`x-request-id - ${id.slice(0, 9)} of ${id.length} characters is kept`, async () => {
    await using serving = await Serving.start();
    const { headers } = await serving.channel.call(Start, RIDE, {
      metadata: { "x-request-id": id },
    });
    equal(headers.get("x-request-id").join(), id);
    equal((await serving.log.line(Start.path)).fields.request_id, id);
  });
}

for (const [what, id] of [["empty", ""], ["with a space", "a b"], ["too long", "x".repeat(129)]]) {
  Deno.test(`x-request-id - one that is ${what} is replaced`, async () => {
    await using serving = await Serving.start();
    const metadata = { "x-request-id": id! };
    const { headers, status } = await serving.channel.call(Start, RIDE, { metadata });
    equal(status, "OK");
    match(headers.get("x-request-id").join(), NEW_ID);
  });
}

Deno.test("x-request-id - comes with the answer to a stream", async () => {
  await using serving = await Serving.start();
  const call = serving.channel.open(Track, { metadata: { "x-request-id": "r-1" } }).send(POSITION);
  equal((await call.end()).headers.get("x-request-id").join(), "r-1");
});

Deno.test("x-request-id - comes with a refusal", async () => {
  await using serving = await Serving.start();
  const { headers, trailers } = await serving.channel.call(Start, { ...RIDE, driverId: "" }, {
    metadata: { "x-request-id": "r-1" },
  });
  equal([...headers.get("x-request-id"), ...trailers.get("x-request-id")].join(), "r-1");
});
