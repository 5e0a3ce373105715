/** What bounds the time of a call, over both transports. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { getActiveResourcesInfo } from "node:process";
import { Deadlines } from "../../rides/server/interceptors/deadlines.ts";
import type { Call, Interceptor } from "../../rides/server/interceptors/interceptor.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start, Track } = ridesDefinition;
const DAY_MS = 86_400_000;

for (const transport of TRANSPORTS) {
  for (const days of [25, 36_525, 4_000_000]) {
    Deno.test(`deadlines - one in ${days} days is no reason to end a call (${transport})`, async () => {
      await using serving = await Serving.start({ transport });
      const deadline = Date.now() + days * DAY_MS;
      const track = serving.channel.open(Track, { deadline });
      equal((await serving.channel.call(Start, RIDE, { deadline })).status, "OK");
      deepEqual((await track.send(POSITION).end()).answers, [{ count: 1 }]);
    });
  }
}

/** Only the server knows of it: a client that does so too cancels the call first. */
const untold = (timeout: string) => ({ deadline: Infinity, metadata: { "grpc-timeout": timeout } });

for (const transport of TRANSPORTS) {
  Deno.test(`deadlines - end each call at its own, in whatever order they come (${transport})`, async () => {
    await using serving = await Serving.start({ transport });
    const { channel } = serving;
    const [hour, short, shorter] = ["1H", "60m", "20000u"].map((timeout) =>
      channel.open(Track, untold(timeout)).send(POSITION)
    );
    for (const late of [short!, shorter!, channel.open(Start, untold("1n"))]) {
      const { status, details } = await late.ended;
      equal(status, "DEADLINE_EXCEEDED");
      equal(details, "the deadline that the caller set has passed");
    }
    deepEqual((await hour!.send(POSITION).end()).answers, [{ count: 2 }]);
  });

  Deno.test(`deadlines - are known to interceptors, and are at most what the server allows (${transport})`, async () => {
    const leftMs: number[] = [];
    const reading: Interceptor = {
      onRequest: (call) => void leftMs.push(Number(call.getDeadline()) - Date.now()),
    };
    const options = { transport, interceptors: [reading], maxDeadlineMs: 600_000 };
    await using serving = await Serving.start(options);
    for (const timeout of ["2M", "2H"]) await serving.channel.call(Start, RIDE, untold(timeout));
    await serving.channel.open(Track, { deadline: Infinity }).end();
    deepEqual(leftMs.map((ms) => Math.round(ms / 60_000)), [2, 10, Infinity]);
  });

  Deno.test(`deadlines - need no timer for each call (${transport})`, async () => {
    await using serving = await Serving.start({ transport });
    const track = serving.channel.open(Track, untold("1H")).send(POSITION);
    await serving.channel.call(Start, RIDE, untold("1H"));
    const timers = () => getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const others = Array.from({ length: 50 }, () => serving.channel.open(Start, untold("1H")));
    await serving.channel.call(Start, RIDE, untold("1H"));
    ok(timers() < before + others.length, `${timers()} timers, ${before} before`);
    await track.end();
  });
}

Deno.test("deadlines - set no timer once their server has ended", () => {
  const deadlines = new Deadlines(
    { endWhere: () => 0 },
    { maxDeadlineMs: 60_000, maxStreamMs: 0 },
  );
  deadlines[Symbol.dispose]();
  const call = { startedMs: performance.now(), endsMs: Infinity };
  deadlines.onRequest({ ...call, requestStream: false, responseStream: false } as Call);
});

for (const transport of TRANSPORTS) {
  Deno.test(`maxDeadlineMs - ends a unary call that never sends its request (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxDeadlineMs: 50 });
    const track = serving.channel.open(Track).send(POSITION);
    const { status, details } = await serving.channel.open(Start).ended;
    equal(status, "DEADLINE_EXCEEDED");
    equal(details, "the server ends calls of this kind after 50 ms");
    deepEqual((await track.send(POSITION).end()).answers, [{ count: 2 }], "streams go on");
    equal((await serving.log.line("/Rides/Start")).fields.code, "DEADLINE_EXCEEDED");
  });

  Deno.test(`maxDeadlineMs - leaves calls with an earlier deadline to it (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxDeadlineMs: 10_000 });
    const call = serving.channel.open(Start, { deadline: Date.now() + 50 });
    equal((await call.ended).status, "DEADLINE_EXCEEDED");
  });

  Deno.test(`maxStreamMs - ends a stream (${transport})`, async () => {
    await using serving = await Serving.start({ transport, maxStreamMs: 50, maxDeadlineMs: 0 });
    const { status, details } = await serving.channel.open(Track).send(POSITION).ended;
    equal(status, "DEADLINE_EXCEEDED");
    equal(details, "the server ends calls of this kind after 50 ms");
  });

  Deno.test(`requireDeadline - refuses a unary call without one, and no stream (${transport})`, async () => {
    await using serving = await Serving.start({ transport, requireDeadline: true });
    const refused = await serving.channel.call(Start, RIDE, { deadline: Infinity });
    equal(refused.status, "INVALID_ARGUMENT");
    match(refused.details, /^grpc-timeout: missing; this server takes no unary call without/);
    equal((await serving.channel.call(Start, RIDE)).status, "OK");
    equal((await serving.channel.open(Track, { deadline: Infinity }).end()).status, "OK");
  });
}
