/** The test suite of the reference (`test_server.py`), and what its other scripts show. */
import type { ServerReadableStream } from "@grpc/grpc-js";
import { equal, match, notEqual, rejects } from "node:assert/strict";
import { Readable } from "node:stream";
import { RidesClient } from "../../rides/client/client.ts";
import { referencePositions } from "../../rides/domain/reference_positions.ts";
import type { Position } from "../../rides/domain/position.ts";
import { ridesService } from "../../rides/server/services/rides.ts";
import { openStorage } from "../../rides/storage/mod.ts";
import { BEYOND_THE_POLE, POSITION, RIDE, UUID_V7 } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

/** A call without a network below it, as the reference's `MagicMock()`. */
function fakeStream(positions: readonly Position[]) {
  const call = Object.assign(Readable.from(positions), { getAuthContext: () => ({}) });
  return call as unknown as ServerReadableStream<Position, { count: number }>;
}

/** The handlers over a store in memory. */
async function handling<Result>(
  use: (handlers: ReturnType<typeof ridesService>["handlers"]) => Promise<Result>,
): Promise<Result> {
  await using storage = await openStorage("memory");
  return await use(ridesService(storage, storage).handlers);
}

Deno.test("Start - answers an id to a fake call", async () => {
  await handling(async ({ Start }) => notEqual((await Start({ request: RIDE })).id, ""));
});

Deno.test("Start - answers a new UUIDv7 each time, in their order", async () => {
  await handling(async ({ Start }) => {
    const started = Array.from({ length: 100 }, () => Start({ request: RIDE }));
    const ids = (await Promise.all(started)).map(({ id }) => id);
    for (const id of ids) match(id, UUID_V7);
    equal(ids.toSorted().join(), ids.join());
    equal(new Set(ids).size, ids.length);
  });
});

Deno.test("Start - refuses a ride without a driver to a fake call", async () => {
  await handling(({ Start }) =>
    rejects(Start({ request: { ...RIDE, driverId: "" } }), { message: "driver_id: empty" })
  );
});

Deno.test("Track - counts the positions of a fake stream", async () => {
  await handling(async ({ Track }) => {
    equal((await Track(fakeStream([...referencePositions(10)]))).count, 10);
    equal((await Track(fakeStream([]))).count, 0);
  });
});

Deno.test("Track - ends a fake stream at its first bad position", async () => {
  await handling(({ Track }) =>
    rejects(Track(fakeStream([POSITION, BEYOND_THE_POLE, POSITION])), {
      message: "position 1: location.lat: 91 is out of range [-90, 90] (1 were counted before it)",
    })
  );
});

Deno.test("Track - gives up when the client of a fake stream leaves", async () => {
  await handling(async ({ Track }) => {
    const call = fakeStream([]);
    const answered = Track(call);
    call.emit("cancelled");
    await rejects(answered, { message: "the client left" });
  });
});

/** In a cold process grpc-js still has a timer of a connection when its client and server have closed. */
function servedTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

servedTest("server on a free port - answers Start with an id", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  match(await client.start(RIDE), UUID_V7);
});

servedTest("server on a free port - answers Track with the count of a generator", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  equal(await client.track(referencePositions(10)), 10);
});

servedTest("server on a free port - refuses a ride without a driver", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  await rejects(client.start({ ...RIDE, driverId: "" }), {
    message: "INVALID_ARGUMENT: driver_id: empty",
  });
});

servedTest(
  "server on a free port - logs how long a call took, in the reference's words",
  async () => {
    await using serving = await Serving.start();
    await using client = new RidesClient({ address: serving.address });
    await client.start(RIDE);
    const { message } = await serving.log.line("/Rides/Start");
    match(message, /^\/Rides\/Start took \d+\.\d\dms$/);
  },
);

Deno.test("AsillaService - checkMarried says what getInfor says, for the same person", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  const trung = await client.getInfor("trung");
  const other = await client.getInfor("other");
  equal(trung.name, "trung");
  notEqual(trung.id, other.id);
  notEqual(trung.married, other.married);
  for (const person of [trung, other]) {
    equal((await client.getInfor(person.name)).id, person.id);
    equal(await client.checkMarried(person.name), person.married);
  }
});

Deno.test("AsillaService - checkMarried registers a name on first sight", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  const married = await client.checkMarried("trung");
  equal((await client.getInfor("trung")).married, married);
});

Deno.test("AsillaService - refuses a person without a name", async () => {
  await using serving = await Serving.start();
  await using client = new RidesClient({ address: serving.address });
  await rejects(client.getInfor(""), { message: "INVALID_ARGUMENT: name: empty" });
  await rejects(client.checkMarried(""), { message: "INVALID_ARGUMENT: name: empty" });
});
