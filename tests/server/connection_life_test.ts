/** How long a connection lives, over both transports. */
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start, Track } = ridesDefinition;

/** Where the last call that ended came from. */
async function peerOfCall(serving: Serving): Promise<unknown> {
  const before = serving.log.lines.length;
  equal((await serving.channel.call(Start, RIDE)).status, "OK");
  const line = await eventually("the line of the call", () => {
    return serving.log.lines.slice(before).find(({ fields }) => fields.method === Start.path);
  });
  return line.fields.peer;
}

for (const transport of TRANSPORTS) {
  Deno.test(`idleTimeoutMs - closes a connection without calls, which harms no later one (${transport})`, async () => {
    await using serving = await Serving.start({ transport, limits: { idleTimeoutMs: 100 } });
    const first = await peerOfCall(serving);
    await eventually("a call comes on a new connection", async () => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return await peerOfCall(serving) !== first;
    });
  });

  Deno.test(`idleTimeoutMs - is not the time of a call (${transport})`, async () => {
    await using serving = await Serving.start({ transport, limits: { idleTimeoutMs: 50 } });
    const track = serving.channel.open(Track).send(POSITION);
    const first = await peerOfCall(serving);
    await new Promise((resolve) => setTimeout(resolve, 600));
    equal(await peerOfCall(serving), first);
    deepEqual((await track.end()).answers, [{ count: 1 }]);
  });

  Deno.test(`maxAgeMs - new calls go elsewhere, and running ones end within the grace (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxAgeMs: 100, maxAgeGraceMs: 0 });
    const track = serving.channel.open(Track).send(POSITION);
    const first = await peerOfCall(serving);
    const later = await eventually("a call comes on a new connection", async () => {
      const peer = await peerOfCall(serving);
      return peer !== first && peer;
    });
    notEqual(later, first);
    deepEqual((await track.send(POSITION).end()).answers, [{ count: 2 }], "no grace is to the end");
  });

  Deno.test(`maxAgeGraceMs - cuts what runs for longer (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxAgeMs: 100, maxAgeGraceMs: 100 });
    const { status } = await serving.channel.open(Track).send(POSITION).ended;
    notEqual(status, "DEADLINE_EXCEEDED");
    notEqual(status, "OK");
  });
}
