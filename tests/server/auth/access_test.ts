/** Who may call what, over the wire, at the start of a call. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { ServerUnaryCall } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { callerOf } from "../../../rides/server/auth/caller.ts";
import { personDefinition } from "../../../rides/wire/person.ts";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { carServiceDefinition } from "../../../rides/wire/v1/car_service.ts";
import { serviceNamed } from "../../../rides/wire/definition.ts";
import { byteMethod } from "../../support/byte_method.ts";
import { eventually } from "../../support/eventually.ts";
import type { Called, ExchangeOptions } from "../../support/exchange.ts";
import { faultyService } from "../../support/faulty_service.ts";
import { Guarded } from "../../support/guarded.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { POSITION, RIDE } from "../../support/rides.ts";
import { Serving } from "../../support/serving.ts";
import { TokensFile } from "../../support/tokens.ts";

const { Start, Track } = ridesDefinition;
const { Check } = serviceNamed("grpc.health.v1.Health") as Record<string, Called<object, object>>;
const { ServerReflectionInfo } = serviceNamed("grpc.reflection.v1.ServerReflection") as Record<
  string,
  Called<object, object>
>;

const BAD: [string, Record<string, string>, RegExp][] = [
  ["without a credential", {}, /^no credential; send a token as `authorization: Bearer TOKEN`$/],
  ["with a token of nobody", { authorization: "Bearer rides_x" }, /does not know the token$/],
  ["with a credential of another kind", { authorization: "Basic YTpi" }, /has to be one `auth/],
  ["with no token", { authorization: "Bearer" }, /has to be one `auth/],
];

for (const [what, metadata, details] of BAD) {
  Deno.test(`access - a call ${what} is UNAUTHENTICATED, a stream at its start`, async () => {
    await using guarded = await Guarded.start({ alice: "admin" });
    const unary = await guarded.channel.call(Start, RIDE, { metadata });
    equal(unary.status, "UNAUTHENTICATED");
    match(unary.details, details);
    const stream = await guarded.channel.open(Track, { metadata }).ended;
    equal(stream.status, "UNAUTHENTICATED");
  });
}

Deno.test("access - the scheme of the credential is written in any case (RFC 9110, 11.1)", async () => {
  await using guarded = await Guarded.start({ alice: "ride:write" });
  const authorization = `bEARER ${guarded.tokens.token("alice")}`;
  equal((await guarded.channel.call(Start, RIDE, { metadata: { authorization } })).status, "OK");
});

type Call = (guarded: Guarded, options: ExchangeOptions) => Promise<{ status: string }>;

const start: Call = ({ channel }, options) => channel.call(Start, RIDE, options);
const track: Call = ({ channel }, options) => channel.open(Track, options).send(POSITION).end();
const person: Call = ({ channel }, options) =>
  channel.call(personDefinition.getInfor, { name: "trung" }, options);
const married: Call = ({ channel }, options) =>
  channel.call(personDefinition.checkMarried, { name: "trung" }, options);
const health: Call = ({ channel }, options) => channel.call(Check!, {}, options);
const reflection: Call = ({ channel }, options) =>
  channel.call(ServerReflectionInfo!, { list_services: "" }, options);
const unlisted: Call = ({ channel }, options) =>
  channel.call(faultyService.definition.CallsBack, Buffer.alloc(1), options);

const ASKED: Record<string, [Call, scopes: string, others: string]> = {
  "Rides.Start asks for ride:write": [start, "ride:write", "ride:read,position:write"],
  "Rides.Track asks for position:write": [track, "position:write", "position:read,ride:write"],
  "AsillaService.getInfor asks for ride:write": [person, "ride:write", "ride:read"],
  "AsillaService.checkMarried asks for ride:write": [married, "ride:write", "ride:read"],
  "a method that no table has asks for admin": [
    unlisted,
    "admin",
    "ride:read,ride:write,position:read,position:write",
  ],
};

for (const [what, [call, scopes, others]] of Object.entries(ASKED)) {
  Deno.test(`access - ${what}`, async () => {
    await using guarded = await Guarded.start({ may: scopes, admin: "admin", other: others });
    const status = async (name: string) => (await call(guarded, guarded.tokens.as(name))).status;
    equal(await status("may"), "OK");
    equal(await status("admin"), "OK");
    equal(await status("other"), "PERMISSION_DENIED");
  });
}

Deno.test("access - a refusal names the scope that is needed", async () => {
  await using guarded = await Guarded.start({ bob: "ride:read" });
  const { details } = await guarded.channel.call(Start, RIDE, guarded.tokens.as("bob"));
  equal(details, "bob needs the scope ride:write to call /Rides/Start");
});

Deno.test("access - health asks for nothing, reflection for any identity", async () => {
  await using guarded = await Guarded.start({ bob: "position:read" });
  equal((await health(guarded, {})).status, "OK");
  equal((await reflection(guarded, {})).status, "UNAUTHENTICATED");
  equal((await reflection(guarded, guarded.tokens.as("bob"))).status, "OK");
});

Deno.test("access - a token for some cars writes positions of those", async () => {
  await using guarded = await Guarded.start({
    van: "position:write:car=7,position:write:car=9223372036854775807",
  });
  const open = () => guarded.channel.open(Track, guarded.tokens.as("van"));
  for (const carId of [7n, 2n ** 63n - 1n]) {
    deepEqual((await open().send({ ...POSITION, carId }).end()).answers, [{ count: 1 }]);
  }
  const { status, details } = await open().send(POSITION, { ...POSITION, carId: 8n }).ended;
  equal(status, "PERMISSION_DENIED");
  equal(
    details,
    "position 1: car_id: van needs the scope position:write:car=8 (1 were counted before it)",
  );
});

Deno.test("access - a token for some cars uploads positions of those", async () => {
  await using guarded = await Guarded.start({ van: "position:write:car=7" });
  const call = guarded.channel.open(carServiceDefinition.UploadPositions, guarded.tokens.as("van"));
  const positions = [POSITION, { ...POSITION, carId: 8n }];
  const { status, details } = await call.send({ firstSequence: 5, positions }).ended;
  equal(status, "PERMISSION_DENIED");
  equal(details, "sequence 6: car_id: van needs the scope position:write:car=8");
});

Deno.test("access - the log has the caller's refusal, and never a token", async () => {
  await using guarded = await Guarded.start({ bob: "ride:read" });
  await guarded.channel.call(Start, RIDE, guarded.tokens.as("bob"));
  await guarded.channel.call(Start, RIDE, guarded.tokens.as("stranger"));
  const lines = await eventually("both lines", () => {
    const { lines } = guarded.serving.log;
    return lines.length >= 2 && lines;
  });
  deepEqual(lines.map(({ fields }) => fields.code), ["PERMISSION_DENIED", "UNAUTHENTICATED"]);
  const text = JSON.stringify(lines);
  for (const name of ["bob", "stranger"]) ok(!text.includes(guarded.tokens.token(name)));
});

/** A service that answers with the name of its caller, or with the credential as far as it is told. */
const WhoAmI = byteMethod("/acme.Depot/WhoAmI");
const Credential = byteMethod("/acme.Depot/Credential");
const depot = {
  definition: { WhoAmI, Credential },
  handlers: {
    Credential: ({ metadata }: ServerUnaryCall<Buffer, Buffer>) =>
      Buffer.from(metadata.get("authorization").join()),
    WhoAmI: (call: ServerUnaryCall<Buffer, Buffer>) => Buffer.from(callerOf(call)?.name ?? "?"),
  },
};

Deno.test("access - a service of one's own says what it asks, and learns who calls", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = new TokensFile(`${folder.path}/tokens`);
  await tokens.write({ alice: "ride:read", bob: "ride:write" });
  const auth = { tokensFile: tokens.path, methods: { [WhoAmI.path]: "ride:read" } } as const;
  await using serving = await Serving.start({ auth, services: [depot] });
  const ask = (metadata: Record<string, string>) =>
    serving.channel.call(WhoAmI, Buffer.alloc(0), { metadata });
  // What else a client writes into its metadata changes nothing of it.
  const forged = { ...tokens.as("alice").metadata, caller: "bob", identity: "bob" };
  equal(String((await ask(forged)).answers[0]), "alice");
  equal((await ask({ ...tokens.as("bob").metadata })).status, "PERMISSION_DENIED");
});

Deno.test("access - no handler is told the token, which it might log", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`).write({ alice: "admin" });
  const auth = { tokensFile: tokens.path };
  await using serving = await Serving.start({ auth, services: [depot] });
  const { status, answers } = await serving.channel.call(
    Credential,
    Buffer.alloc(0),
    tokens.as("alice"),
  );
  deepEqual([status, String(answers[0])], ["OK", ""]);
});

Deno.test("access - a handler of a server that asks nobody learns of no caller", async () => {
  await using serving = await Serving.start({ services: [depot] });
  const metadata = { authorization: "Bearer rides_x" };
  const { answers } = await serving.channel.call(WhoAmI, Buffer.alloc(0), { metadata });
  equal(String(answers[0]), "?");
});

for (const what of ["no file", "an empty file"]) {
  Deno.test(`access - with ${what} nobody may call anything but health`, async () => {
    await using folder = await TemporaryFolder.make();
    const empty = await new TokensFile(`${folder.path}/tokens`).write({});
    const auth = what === "no file" ? {} : { tokensFile: empty.path };
    await using serving = await Serving.start({ auth });
    const { channel } = serving;
    equal((await channel.call(Start, RIDE)).status, "UNAUTHENTICATED");
    equal((await channel.call(Check!, {})).status, "OK");
    const warned = serving.log.lines.some(({ message }) => /is empty: nobody may/.test(message));
    equal(warned, what === "an empty file");
  });
}
