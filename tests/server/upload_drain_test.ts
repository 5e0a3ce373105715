import { equal, match } from "node:assert/strict";
import { carServiceDefinition as calls } from "../../rides/wire/v1/car_service.ts";
import { eventually } from "../support/eventually.ts";
import { POSITION } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

Deno.test("UploadPositions - a server that drains acknowledges what it has, and does not wait", async () => {
  await using serving = await Serving.start({ graceMs: 3_600_000 });
  const upload = serving.channel.open(calls.UploadPositions);
  upload.send({ firstSequence: 1, positions: [POSITION] });
  await eventually("an acknowledgement", () => upload.answers.at(-1)?.committedSequence === 1);
  const idle = serving.channel.open(calls.UploadPositions);
  // A call that has not arrived would have the client connect anew, to nobody.
  idle.send({ firstSequence: 1, positions: [POSITION] });
  await eventually("the other one has arrived", () => idle.answers.length > 0);
  const later = { ...POSITION, time: { ...POSITION.time!, nanos: 1e6 } };
  upload.send({ firstSequence: 2, positions: [later] });
  await eventually("it has come", () => upload.sent === 2);
  const stopped = serving.server.shutdown();
  const { status, details, answers } = await upload.ended;
  equal(status, "UNAVAILABLE");
  match(details, /^the server is shutting down; send again what was not acknowledged$/);
  // Whether the second came before the goodbye is for the network to say; if so it is acknowledged.
  match(String(answers.at(-1)?.committedSequence), /^[12]$/);
  equal((await idle.ended).status, "UNAVAILABLE");
  // Nothing had to be cut.
  equal(await stopped, 0);
});
