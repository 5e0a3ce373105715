import { deepEqual, equal, match } from "node:assert/strict";
import { status as Code } from "@grpc/grpc-js";
import { NotFound } from "../../rides/domain/failure.ts";
import type { Interceptor } from "../../rides/server/interceptors/interceptor.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const { Start, Track } = ridesDefinition;

/** Lets the house of one name in. */
const house: Interceptor = {
  onRequest(call, metadata) {
    if (metadata.get("x-house")[0] === "blue") return;
    call.sendStatus({ code: Code.PERMISSION_DENIED, details: "not of the blue house" });
  },
};

/** Tells clients which machine answers. */
const machine: Interceptor = {
  onResponse: (_call, metadata) => metadata.set("x-machine", "seven"),
};

Deno.test("interceptors - one of one's own refuses calls, and the log knows", async () => {
  await using serving = await Serving.start({ interceptors: [house] });
  const refused = await serving.channel.call(Start, RIDE);
  equal(refused.status, "PERMISSION_DENIED");
  equal(refused.details, "not of the blue house");
  equal((await serving.log.line(Start.path)).fields.code, "PERMISSION_DENIED");
  const metadata = { "x-house": "blue" };
  equal((await serving.channel.call(Start, RIDE, { metadata })).status, "OK");
});

Deno.test("interceptors - one of one's own adds metadata to answers and refusals", async () => {
  await using serving = await Serving.start({ interceptors: [machine, house] });
  const metadata = { "x-house": "blue", "x-request-id": "r-1" };
  const { headers } = await serving.channel.call(Start, RIDE, { metadata });
  deepEqual(headers.get("x-machine"), ["seven"]);
  deepEqual(headers.get("x-request-id"), ["r-1"]);
  const { trailers } = await serving.channel.call(Start, RIDE);
  deepEqual(trailers.get("x-machine"), ["seven"]);
});

Deno.test("interceptors - run in their order for a request, and in reverse for its end", async () => {
  const events: string[] = [];
  const told = (name: string): Interceptor => ({
    onRequest: () => void events.push(`${name} request`),
    onResponse: () => void events.push(`${name} response`),
    onEnd: (_call, { code }) => void events.push(`${name} ${Code[code]}`),
  });
  await using serving = await Serving.start({ interceptors: [told("a"), told("b")] });
  await serving.channel.call(Start, RIDE);
  await serving.log.line(Start.path);
  deepEqual(events, ["a request", "b request", "b response", "a response", "b OK", "a OK"]);
});

Deno.test("interceptors - what one throws at a request ends the call as a handler's throw does", async () => {
  let thrown: Error = new NotFound("house: there is none");
  const throwing: Interceptor = {
    onRequest() {
      throw thrown;
    },
  };
  await using serving = await Serving.start({ interceptors: [throwing], graceMs: 20_000 });
  const { status, details } = await serving.channel.call(Start, RIDE);
  equal(`${status}: ${details}`, "NOT_FOUND: house: there is none");
  thrown = new TypeError("hunter2");
  const unexpected = await serving.channel.open(Track).send(POSITION).end();
  equal(`${unexpected.status}: ${unexpected.details}`, "INTERNAL: internal error");
  match(String((await serving.log.line(Track.path, "error")).fields.stack), /TypeError: hunter2/);
  equal(await serving.server.shutdown(), 0);
});

Deno.test("interceptors - what one throws later is logged, and the answer leaves", async () => {
  const throwing: Interceptor = {
    onResponse() {
      throw new TypeError("at the answer");
    },
    onEnd() {
      throw new TypeError("at the end");
    },
  };
  await using serving = await Serving.start({ interceptors: [throwing], graceMs: 20_000 });
  equal((await serving.channel.call(Start, RIDE)).status, "OK");
  const stacks = serving.log.lines.filter(({ level }) => level === "error")
    .map(({ fields }) => String(fields.stack).split("\n")[0]);
  deepEqual(stacks, ["TypeError: at the answer", "TypeError: at the end"]);
  equal(await serving.server.shutdown(), 0);
});
