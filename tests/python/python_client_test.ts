/** `client.py`, written as the reference's clients are, against `rides serve`. */
import { deepEqual, equal, match } from "node:assert/strict";
import { fromFileUrl, ROOT, TemporaryFolder } from "../support/paths.ts";
import { rides, run, ServingProgram } from "../support/program.ts";
import { UUID_V7 } from "../support/rides.ts";
import { available } from "../support/tools.ts";

/** Debian's, where python3-grpcio is. */
const PYTHON = "/usr/bin/python3";
const PLUGIN = "/usr/bin/grpc_python_plugin";

const ready = available(PYTHON, "-c", "import grpc, google.protobuf") &&
  available("protoc", "--version") && available("test", "-x", PLUGIN);
const ignore = !ready;
const unless = ready ? "" : " (needs python3-grpcio, protobuf-compiler and -compiler-grpc)";

/** Generates the stubs from the protos that the program exports. */
async function generateStubs(folder: string): Promise<void> {
  const protos = `${folder}/protos`;
  equal((await rides(["proto", "export", protos])).code, 0);
  const { code, stderr } = await run([
    "protoc",
    `-I${protos}`,
    `--python_out=${folder}`,
    `--grpc_python_out=${folder}`,
    `--plugin=protoc-gen-grpc_python=${PLUGIN}`,
    "rides.proto",
    "person.proto",
    "google/rpc/status.proto",
    "google/rpc/error_details.proto",
  ]);
  equal(code, 0, stderr);
}

async function runClient(stubs: string, args: string[]): Promise<[string, unknown][]> {
  const client = fromFileUrl(new URL("tests/python/client.py", ROOT));
  const { code, stdout, stderr } = await run([PYTHON, client, ...args], {
    env: { PYTHONPATH: stubs, PYTHONDONTWRITEBYTECODE: "1" },
  });
  equal(code, 0, stderr);
  return stdout.trimEnd().split("\n").map((line) => {
    const { call, answer } = JSON.parse(line);
    return [call, answer];
  });
}

function check([started, ...others]: [string, unknown][]): void {
  equal(started?.[0], "ride_start");
  match(String(started?.[1]), UUID_V7);
  const track = "position 3: location.lng: 200 is out of range [-180, 180]";
  deepEqual(others, [
    ["track", 10],
    ["bad ride_start", {
      code: "INVALID_ARGUMENT",
      details: "driver_id: empty",
      violations: [
        "driver_id: empty",
        'passengers_ids: duplicate "M"',
        "location.lat: 91 is out of range [-90, 90]",
      ],
    }],
    ["bad track", {
      code: "INVALID_ARGUMENT",
      details: `${track} (3 were counted before it)`,
      violations: ["location.lng: 200 is out of range [-180, 180]"],
    }],
    ["getInfor", { name: "trung", id: 1, married: false }],
    ["checkMarried", false],
    ["getInfor", { name: "daniel", id: 2, married: true }],
    ["checkMarried", true],
    ["bad getInfor", {
      code: "INVALID_ARGUMENT",
      details: "name: empty",
      violations: ["name: empty"],
    }],
  ]);
}

Deno.test({
  name: `Python client - every call of the reference, plaintext${unless}`,
  ignore,
  async fn() {
    await using folder = await TemporaryFolder.make();
    await generateStubs(folder.path);
    await using serving = await ServingProgram.start();
    check(await runClient(folder.path, ["--port", String(serving.port)]));
  },
});

Deno.test({
  name: `Python client - every call of the reference, TLS with the development CA${unless}`,
  ignore,
  async fn() {
    await using folder = await TemporaryFolder.make();
    await generateStubs(folder.path);
    await using serving = await ServingProgram.start(["--tls", "--certs-dir", folder.path]);
    const port = String(serving.port);
    check(await runClient(folder.path, ["--port", port, "--ca", `${folder.path}/ca.pem`]));
  },
});
