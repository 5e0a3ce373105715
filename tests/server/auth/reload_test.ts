/** Who may call what, while calls run: the lists of callers are read again. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { serviceNamed } from "../../../rides/wire/definition.ts";
import { carServiceDefinition } from "../../../rides/wire/v1/car_service.ts";
import { rideServiceDefinition } from "../../../rides/wire/v1/ride_service.ts";
import { eventually } from "../../support/eventually.ts";
import type { Called, ExchangeOptions } from "../../support/exchange.ts";
import { Guarded } from "../../support/guarded.ts";
import { POSITION, RIDE } from "../../support/rides.ts";

const { Start, Track } = ridesDefinition;
const { UploadPositions, WatchCars } = carServiceDefinition;
const { CreateRide, WatchRide } = rideServiceDefinition;
const REFLECTION = ["v1", "v1alpha"].map((version) =>
  serviceNamed(`grpc.reflection.${version}.ServerReflection`).ServerReflectionInfo as Called<
    object,
    object
  >
);
const RIDE_V1 = { carId: 9n, driverId: "Ann", passengersIds: [], type: "REGULAR" } as const;

const start = ({ channel }: Guarded, options: ExchangeOptions) =>
  channel.call(Start, RIDE, options);

Deno.test("access - withdrawing a token ends the streams of its owner, and nobody else's", async () => {
  await using guarded = await Guarded.start({ alice: "position:write", bob: "position:write" });
  const { channel, tokens } = guarded;
  const alice = channel.open(Track, tokens.as("alice")).send(POSITION);
  const bob = channel.open(Track, tokens.as("bob")).send(POSITION);
  await start(guarded, tokens.as("alice")); // By now the streams have arrived.
  await tokens.write({ bob: "position:write" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: 1 });
  const { status, details } = await alice.ended;
  equal(status, "UNAUTHENTICATED");
  equal(details, "the credential was withdrawn");
  deepEqual((await bob.send(POSITION).end()).answers, [{ count: 2 }]);
  equal((await start(guarded, tokens.as("alice"))).status, "UNAUTHENTICATED");
});

Deno.test("access - withdrawing a token ends a watch, and what others send goes on", async () => {
  await using guarded = await Guarded.start({ alice: "position:read", van: "position:write" });
  const { channel, tokens } = guarded;
  await channel.open(Track, tokens.as("van")).send(POSITION).end();
  const request = { scope: { kind: "all" }, resumeToken: "" } as const;
  const watch = channel.open(WatchCars, tokens.as("alice")).send(request).finish();
  await eventually("the watch has its snapshot", () => watch.answers.length > 0);
  await tokens.write({ van: "position:write" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: 1 });
  equal((await watch.ended).status, "UNAUTHENTICATED");
  equal((await channel.open(Track, tokens.as("van")).send(POSITION).end()).status, "OK");
});

Deno.test("access - withdrawing a token ends streams of every kind", async () => {
  await using guarded = await Guarded.start({ alice: "admin" });
  const { channel, tokens } = guarded;
  const alice = tokens.as("alice");
  const { answers: [ride] } = await channel.call(
    CreateRide,
    { ride: RIDE_V1, requestId: "" },
    alice,
  );
  const streams = [
    channel.open(Track, alice).send(POSITION),
    channel.open(UploadPositions, alice).send({ firstSequence: 1, positions: [POSITION] }),
    channel.open(WatchCars, alice).send({ scope: { kind: "all" }, resumeToken: "" }).finish(),
    channel.open(WatchRide, alice).send({ name: `rides/${ride!.id}`, resumeToken: "" }).finish(),
    ...REFLECTION.map((method) => channel.open(method, alice).send({ list_services: "*" })),
  ];
  await start(guarded, alice); // By now the streams have arrived.
  await tokens.write({ bob: "admin" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: streams.length });
  const ends = await Promise.all(streams.map(({ ended }) => ended as Promise<{ status: string }>));
  deepEqual(ends.map(({ status }) => status), streams.map(() => "UNAUTHENTICATED"));
});

Deno.test("access - taking a scope ends the streams that need it", async () => {
  await using guarded = await Guarded.start({ alice: "position:write,ride:read" });
  const { channel, tokens } = guarded;
  const stream = channel.open(Track, tokens.as("alice")).send(POSITION);
  await start(guarded, tokens.as("alice")); // By now the stream has arrived.
  await tokens.write({ alice: "ride:read" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: 1 });
  const { status, details } = await stream.ended;
  equal(status, "PERMISSION_DENIED");
  equal(details, "alice needs the scope position:write to call /Rides/Track");
});

Deno.test("access - a stream that runs is held to the cars that the file names now", async () => {
  await using guarded = await Guarded.start({ van: "position:write:car=7" });
  const { channel, tokens } = guarded;
  const stream = channel.open(Track, tokens.as("van"));
  await start(guarded, tokens.as("van")); // By now the stream has arrived.
  await tokens.write({ van: "position:write:car=8" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: 0 });
  const { status, details } = await stream.send({ ...POSITION, carId: 8n }, POSITION).ended;
  equal(status, "PERMISSION_DENIED");
  match(details, /^position 1: car_id: van needs the scope position:write:car=7 /);
});

Deno.test("access - an upload that runs is held to the cars that the file names now", async () => {
  await using guarded = await Guarded.start({ van: "position:write:car=7" });
  const { channel, tokens } = guarded;
  const upload = channel.open(UploadPositions, tokens.as("van"));
  upload.send({ firstSequence: 1, positions: [POSITION] });
  await eventually("an acknowledgement", () => upload.answers.length > 0);
  await tokens.write({ van: "position:write:car=8" });
  deepEqual(await guarded.reload(), { callers: 1, ended_calls: 0 });
  const { status, details } = await upload.send({ firstSequence: 2, positions: [POSITION] }).ended;
  equal(status, "PERMISSION_DENIED");
  equal(details, "sequence 2: car_id: van needs the scope position:write:car=7");
});

Deno.test("access - a token that is added is good without a restart", async () => {
  await using guarded = await Guarded.start({ alice: "admin" });
  const { tokens } = guarded;
  equal((await start(guarded, tokens.as("bob"))).status, "UNAUTHENTICATED");
  await tokens.write({ alice: "admin", bob: "ride:write" });
  deepEqual(await guarded.reload(), { callers: 2, ended_calls: 0 });
  equal((await start(guarded, tokens.as("bob"))).status, "OK");
  equal(await guarded.reload(), undefined, "nothing has changed since");
});

Deno.test("access - a token that is withdrawn and given again is good again", async () => {
  await using guarded = await Guarded.start({ alice: "ride:write" });
  const { tokens } = guarded;
  equal((await start(guarded, tokens.as("alice"))).status, "OK");
  await tokens.write({});
  await guarded.reload();
  equal((await start(guarded, tokens.as("alice"))).details, "this server does not know the token");
  await tokens.write({ alice: "ride:write" });
  await guarded.reload();
  equal((await start(guarded, tokens.as("alice"))).status, "OK");
});

Deno.test("access - calls on one connection are each their own caller's", async () => {
  await using guarded = await Guarded.start({ alice: "ride:write", bob: "ride:read" });
  const { tokens } = guarded;
  for (
    const [name, status] of [
      ["alice", "OK"],
      ["bob", "PERMISSION_DENIED"],
      ["stranger", "UNAUTHENTICATED"],
      ["alice", "OK"],
    ] as const
  ) {
    equal((await start(guarded, tokens.as(name))).status, status);
  }
  const longer = { metadata: { authorization: `Bearer ${tokens.token("alice")}x` } };
  equal((await start(guarded, longer)).status, "UNAUTHENTICATED");
  equal((await start(guarded, {})).status, "UNAUTHENTICATED");
});

Deno.test("access - a file that is wrong changes nothing, and it is said what to mend", async () => {
  await using guarded = await Guarded.start({ alice: "ride:write" });
  const { tokens, channel } = guarded;
  const running = channel.open(Start, tokens.as("alice"));
  await start(guarded, tokens.as("alice")); // By now the call has arrived.
  await Deno.writeTextFile(tokens.path, `alice ride:fly ${"0".repeat(64)}\n`);
  await rejects(async () => await guarded.reload(), {
    name: "AuthFileError",
    message: `${tokens.path}:1: scope 1 is not one of ride:read, ride:write, position:read, ` +
      "position:write, position:write:car=ID or admin",
  });
  equal((await running.send(RIDE).end()).status, "OK");
  equal((await start(guarded, tokens.as("alice"))).status, "OK");
});

Deno.test("access - a file that others may change is warned of", async () => {
  await using guarded = await Guarded.start({ alice: "admin" });
  const { tokens, serving } = guarded;
  const warnings = () => serving.log.lines.filter(({ level }) => level === "warn");
  await Deno.chmod(tokens.path, 0o640);
  await Deno.writeTextFile(tokens.path, "\n", { append: true });
  await guarded.reload();
  deepEqual(warnings(), []);
  await Deno.chmod(tokens.path, 0o644);
  await Deno.writeTextFile(tokens.path, "\n", { append: true });
  await guarded.reload();
  const [warning] = warnings();
  equal(warning?.message, "others may read or change who may call; chmod 640 the file");
  deepEqual(warning?.fields, { file: tokens.path, mode: "0644" });
});
