/** What a peer gets that goes over a limit of the engine, and what the log and the others notice. */
import { deepEqual, equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import { ErrorCode } from "../../rides/http2/errors.ts";
import { FrameType } from "../../rides/http2/frame.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { parseFrames, PREFACE, settings, SETTINGS_ACK } from "../http2/support/frames.ts";
import { POSITION } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

Deno.test("a flood - is told why it ends, is logged once, and touches no other connection", async () => {
  const limits = { maxSettingsPerInterval: 10 };
  await using serving = await Serving.start({ transport: "engine", limits });
  const track = serving.channel.open(ridesDefinition.Track).send(POSITION);

  const socket = net.connect(serving.port, "127.0.0.1");
  const received: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  socket.on("error", () => {}); // It goes on sending when the server has closed.
  const flood = Array.from({ length: 100 }, () => settings());
  socket.write(Buffer.concat([PREFACE, settings(), SETTINGS_ACK, ...flood]));
  await once(socket, "close");

  const goaways = parseFrames(Buffer.concat(received))
    .filter(({ type }) => type === FrameType.GOAWAY)
    .map(({ payload }) => [payload.readUInt32BE(4), payload.subarray(8).toString()]);
  const why = "More than 10 SETTINGS frames in 10000 ms";
  deepEqual(goaways, [[ErrorCode.ENHANCE_YOUR_CALM, why]]);
  const told = serving.log.lines.filter(({ fields }) => "limit" in fields);
  equal(told.length, 1);
  equal(told[0]!.message, why);
  equal(told[0]!.fields.limit, "maxSettingsPerInterval");
  match(`${told[0]!.fields.peer}`, /^127\.0\.0\.1:\d+$/);
  deepEqual((await track.send(POSITION).end()).answers, [{ count: 2 }]);
});
