import { deepEqual, equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Person } from "../../rides/domain/person.ts";
import { personDefinition, type PersonName } from "../../rides/wire/person.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { faultyService, SECRET } from "../support/faulty_service.ts";
import { RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

const REQUEST = Buffer.from("request");

const { definition } = faultyService;

const UNEXPECTED: [string, keyof typeof definition, number][] = [
  ["throws", "Throws", 0],
  ["rejects", "Rejects", 0],
  ["throws when a stream comes", "ThrowsAtOnce", 0],
  ["throws at a message of a stream", "ThrowsAtMessage", 0],
  ["throws after its first answer", "ThrowsAfterAnswer", 1],
  ["rejects after the last message of both streams", "RejectsInTalk", 1],
];

for (const [what, name, answers] of UNEXPECTED) {
  Deno.test(`recovery - a handler that ${what} answers INTERNAL, the log has it whole`, async () => {
    await using serving = await Serving.start({ services: [faultyService] });
    const method = definition[name];
    const ended = await serving.channel.call(method, REQUEST, {
      metadata: { "x-request-id": "r-1" },
    });
    equal(ended.status, "INTERNAL");
    equal(ended.details, "internal error");
    equal(ended.answers.length, answers);
    deepEqual(Object.keys(ended.trailers.getMap()).filter((key) => /details|stack/.test(key)), []);

    const { message, fields } = await serving.log.line(method.path, "error");
    equal(message, `${method.path} failed unexpectedly`);
    equal(fields.request_id, "r-1");
    match(String(fields.stack), new RegExp(`^TypeError: ${SECRET}\\n +at .*faulty_service`));
    match(String(fields.stack), /\nCaused by: Error: the disk is full\n +at /);

    equal((await serving.channel.call(ridesDefinition.Start, RIDE)).status, "OK");
  });
}

Deno.test("recovery - what is thrown may be no error", async () => {
  await using serving = await Serving.start({ services: [faultyService] });
  const { path } = definition.RejectsWithText;
  const { status, details } = await serving.channel.call(definition.RejectsWithText, REQUEST);
  equal(status, "INTERNAL");
  equal(details, "internal error");
  match(String((await serving.log.line(path, "error")).fields.stack), new RegExp(SECRET));
});

Deno.test("recovery - a failure of the domain is answered with its text, and is no error", async () => {
  await using serving = await Serving.start({ services: [faultyService] });
  const { details } = await serving.channel.call(definition.FailsNewly, REQUEST);
  equal(details, "new, and known to nobody");
  await serving.log.line(definition.FailsNewly.path);
  deepEqual(serving.log.lines.filter(({ level }) => level === "error"), []);
});

Deno.test("recovery - a handler may answer through its callback", async () => {
  await using serving = await Serving.start({ services: [faultyService] });
  const { status, answers } = await serving.channel.call(definition.CallsBack, REQUEST);
  equal(status, "OK");
  deepEqual(answers, [REQUEST]);
});

Deno.test("services - handlers may be the methods of an object, with its state", async () => {
  class Greeter {
    constructor(readonly greeting: string) {}
    getInfor({ request }: { request: PersonName }): Person {
      return { name: `${this.greeting} ${request.name}`, id: 1, married: false };
    }
  }
  const path = "/Greeter/getInfor";
  const definition = { getInfor: { ...personDefinition.getInfor, path } };
  await using serving = await Serving.start({
    services: [{ definition, handlers: new Greeter("hello") }],
  });
  const { answers } = await serving.channel.call(definition.getInfor, { name: "trung" });
  deepEqual(answers, [{ name: "hello trung", id: 1, married: false }]);
});
