import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Buffer } from "node:buffer";
import descriptor from "protobufjs/ext/descriptor/index.js";
import { serviceNamed } from "../../rides/wire/definition.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { eventually } from "../support/eventually.ts";
import type { Called } from "../support/exchange.ts";
import { faultyService } from "../support/faulty_service.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";

interface Answer {
  original_request: { file_by_filename?: string };
  list_services_response?: { service: { name: string }[] };
  file_descriptor_response?: { file_descriptor_proto: Buffer[] };
  error_response?: { error_code: number; error_message: string };
}

const NOT_FOUND = 5;

const RIDES = ["rides.proto", "google/protobuf/timestamp.proto"];
const SYMBOLS: [string, string[]][] = [
  ["Rides", RIDES],
  ["Rides.Start", RIDES],
  ["StartRequest", RIDES],
  [".StartRequest", RIDES],
  ["StartRequest.location", RIDES],
  ["RideType", RIDES],
  ["POOL", RIDES],
  ["AsillaService.getInfor", ["person.proto"]],
  ["google.protobuf.Timestamp", ["google/protobuf/timestamp.proto"]],
  ["grpc.health.v1.Health", ["grpc/health/v1/health.proto"]],
  ["grpc.health.v1.HealthCheckResponse.ServingStatus", ["grpc/health/v1/health.proto"]],
  ["google.rpc.BadRequest", ["google/rpc/error_details.proto", "google/protobuf/duration.proto"]],
];

const UNKNOWN = ["Nothing", "Rides.", "Rides.Stop", "rides.Rides", "RideType.POOL", "", "."];

for (const version of ["v1", "v1alpha"]) {
  const { ServerReflectionInfo } = serviceNamed(
    `grpc.reflection.${version}.ServerReflection`,
  ) as unknown as Record<"ServerReflectionInfo", Called<object, Answer>>;

  const ask = async (serving: Serving, question: object): Promise<Answer> => {
    const { status, details, answers } = await serving.channel.call(ServerReflectionInfo, question);
    equal(status, "OK", details);
    equal(answers.length, 1);
    return answers[0]!;
  };

  Deno.test(`reflection ${version} - lists every service that it can describe`, async () => {
    await using serving = await Serving.start({ services: [faultyService] });
    const { list_services_response } = await ask(serving, { list_services: "*" });
    deepEqual(list_services_response?.service.map(({ name }) => name), [
      "AsillaService",
      "Rides",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "rides.v1.CarService",
      "rides.v1.RideService",
    ]);
  });

  Deno.test(`reflection ${version} - finds the files of each symbol`, async () => {
    await using serving = await Serving.start();
    for (const [symbol, files] of SYMBOLS) {
      const answer = await ask(serving, { file_containing_symbol: symbol });
      deepEqual(namesOf(answer), files, symbol);
    }
  });

  Deno.test(`reflection ${version} - finds files by their names`, async () => {
    await using serving = await Serving.start();
    deepEqual(namesOf(await ask(serving, { file_by_filename: "rides.proto" })), RIDES);
  });

  Deno.test(`reflection ${version} - tells the comments of our contracts, and of no others`, async () => {
    await using serving = await Serving.start();
    const answer = await ask(serving, { file_by_filename: "rides.proto" });
    const commented = filesOf(answer).filter(({ sourceCodeInfo }) =>
      sourceCodeInfo !== undefined && sourceCodeInfo !== null
    );
    deepEqual(commented.map(({ name }) => name), ["rides.proto"]);
  });

  Deno.test(`reflection ${version} - answers NOT_FOUND for what is not there`, async () => {
    await using serving = await Serving.start();
    const questions = [
      ...UNKNOWN.map((symbol) => ({ file_containing_symbol: symbol })),
      { file_by_filename: "nothing.proto" },
      { file_containing_extension: { containing_type: "StartRequest", extension_number: 1 } },
      { all_extension_numbers_of_type: "StartRequest" },
    ];
    for (const question of questions) {
      const { error_response } = await ask(serving, question);
      equal(error_response?.error_code, NOT_FOUND, JSON.stringify(question));
      match(error_response.error_message, /^no |no extensions$/);
    }
  });

  Deno.test(`reflection ${version} - answers many questions on a stream, in their order`, async () => {
    await using serving = await Serving.start();
    const names = Array.from({ length: 500 }, (_, index) => `file ${index}`);
    const call = serving.channel.open(ServerReflectionInfo);
    call.send(...names.map((file_by_filename) => ({ file_by_filename })));
    const { status, answers } = await call.end();
    equal(status, "OK");
    deepEqual(
      answers.map(({ original_request }) => original_request.file_by_filename),
      names,
    );
  });

  Deno.test(`reflection ${version} - an open stream does not hold up the drain`, async () => {
    await using serving = await Serving.start({ graceMs: 20_000 });
    const { channel, server } = serving;
    const reflection = channel.open(ServerReflectionInfo).send({ list_services: "*" });
    await eventually("its answer", () => reflection.answers.length === 1);
    const track = channel.open(ridesDefinition.Track).send(POSITION);
    await channel.call(ridesDefinition.Start, RIDE); // By now the stream has arrived.
    const stopped = server.shutdown();
    equal((await reflection.ended).status, "UNAVAILABLE");
    equal((await track.end()).status, "OK");
    equal(await stopped, 0);
  });

  Deno.test(`reflection ${version} - answers a client that reads nothing no further`, async () => {
    await using serving = await Serving.start();
    // Each answer holds its question: 40 MB for the server to keep, if it went on.
    const questions = Array(400).fill({ file_containing_symbol: "x".repeat(100_000) });
    const call = serving.channel.open(ServerReflectionInfo).stall().send(...questions);
    let sent = -1;
    await eventually("the server to take no more", async () => {
      const before = sent;
      sent = call.sent;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return sent > 0 && sent === before;
    });
    ok(sent < questions.length, `the server took all ${sent} questions`);
    equal((await serving.channel.call(ridesDefinition.Start, RIDE)).status, "OK");
    await call.cancel();
  });
}

function namesOf(answer: Answer): (string | undefined)[] {
  return filesOf(answer).map(({ name }) => name);
}

function filesOf({ file_descriptor_response }: Answer): descriptor.IFileDescriptorProto[] {
  const files = file_descriptor_response?.file_descriptor_proto ?? [];
  return files.map((bytes) =>
    descriptor.FileDescriptorProto.decode(bytes) as descriptor.IFileDescriptorProto
  );
}
