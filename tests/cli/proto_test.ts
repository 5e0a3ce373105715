import { deepEqual, equal, match } from "node:assert/strict";
import { DESCRIPTOR_SET, PROTO_ROOT } from "../../rides/wire/descriptors.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, run } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";
import { available } from "../support/tools.ts";

const FILES = [
  "google/rpc/error_details.proto",
  "google/rpc/status.proto",
  "grpc/channelz/v1/channelz.proto",
  "grpc/health/v1/health.proto",
  "grpc/reflection/v1/reflection.proto",
  "grpc/reflection/v1alpha/reflection.proto",
  "person.proto",
  "rides.proto",
  "rides/v1/car.proto",
  "rides/v1/car_service.proto",
  "rides/v1/location.proto",
  "rides/v1/position.proto",
  "rides/v1/ride.proto",
  "rides/v1/ride_service.proto",
];

const protoc = available("protoc", "--version");
const unless = protoc ? "" : " (needs protoc)";

Deno.test("proto list - lists the files of the contracts, in text and in JSON", async () => {
  const text = await ridesHere(["proto", "list"]);
  deepEqual(text.stdout.trimEnd().split("\n").toSorted(), FILES);
  const json = await ridesHere(["proto", "list", "--format", "json"]);
  const files = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).file);
  deepEqual(files.toSorted(), FILES);
});

Deno.test("proto export - writes every file as it is in the repository, again and again", async () => {
  await using folder = await TemporaryFolder.make();
  const protos = `${folder.path}/new/protos`;
  for (const _ of [1, 2]) {
    const { code, stdout } = await ridesHere(["proto", "export", protos]);
    equal(code, 0);
    deepEqual(
      stdout.trimEnd().split("\n").toSorted(),
      FILES.map((name) => `${protos}/${name}`),
    );
  }
  for (const name of FILES) {
    const original = await Deno.readTextFile(new URL(name, PROTO_ROOT));
    equal(await Deno.readTextFile(`${protos}/${name}`), original);
  }
});

Deno.test({
  name: `proto export - protoc compiles what was exported${unless}`,
  ignore: !protoc,
  async fn() {
    await using folder = await TemporaryFolder.make();
    await ridesHere(["proto", "export", folder.path]);
    const { code, stderr } = await run([
      "protoc",
      `-I${folder.path}`,
      "--descriptor_set_out=/dev/null",
      ...FILES,
    ]);
    equal(code, 0, stderr);
  },
});

Deno.test({
  name: `proto descriptor - is a set that protoc decodes, from a file and from stdout${unless}`,
  ignore: !protoc,
  async fn() {
    await using folder = await TemporaryFolder.make();
    const file = `${folder.path}/rides.binpb`;
    equal((await ridesHere(["proto", "descriptor", file])).code, 0);
    deepEqual(await Deno.readFile(file), new Uint8Array(DESCRIPTOR_SET));
    // protoc itself reads the set in place of the protos, and encodes a message with it.
    const { code, stdout, stderr } = await run(
      ["protoc", `--descriptor_set_in=${file}`, "--encode=StartRequest", "rides.proto"],
      { stdin: 'car_id: 7 driver_id: "x"' },
    );
    equal(code, 0, stderr);
    equal(stdout, "\x08\x07\x12\x01x");
    match((await ridesHere(["proto", "descriptor"])).stdout, /rides\.proto/);
  },
});

Deno.test("proto descriptor - writes to stdout for -, and no file of that name", async () => {
  await using folder = await TemporaryFolder.make();
  const { code, stdout, stderr } = await rides(["proto", "descriptor", "-"], { cwd: folder.path });
  deepEqual([code, stderr], [0, ""]);
  match(stdout, /rides\.proto/);
  deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("proto - a folder or file that cannot be written is told in one line", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "");
  for (const args of [["export", file], ["descriptor", `${file}/rides.binpb`]]) {
    const { code, stdout, stderr } = await ridesHere(["proto", ...args]);
    equal(code, 1);
    equal(stdout, "");
    match(stderr, /^Cannot write .+: .+\n$/);
  }
});
