import { equal } from "node:assert/strict";
import { fromFileUrl, ROOT } from "../support/paths.ts";
import { rides, run } from "../support/program.ts";
import { available } from "../support/tools.ts";

/** Debian's, where python3-grpcio is. */
const PYTHON = "/usr/bin/python3";
const PLUGIN = "/usr/bin/grpc_python_plugin";

/** Whether clients in Python can be made and run here. */
export const hasPython = available(PYTHON, "-c", "import grpc, google.protobuf") &&
  available("protoc", "--version") && available("test", "-x", PLUGIN);

/** What the title of a test says that is ignored without. */
export const unlessPython = hasPython
  ? ""
  : " (needs python3-grpcio, protobuf-compiler and -compiler-grpc)";

/** Generates the stubs from the protos that the program exports, into `folder`. */
export async function generateStubs(folder: string): Promise<void> {
  const protos = `${folder}/protos`;
  equal((await rides(["proto", "export", protos])).code, 0);
  const { code, stderr } = await run([
    "protoc",
    `-I${protos}`,
    // By its name alone: what lies in a folder `grpc` would be hidden by the library of that name.
    `-I${protos}/grpc/channelz/v1`,
    `--python_out=${folder}`,
    `--grpc_python_out=${folder}`,
    `--plugin=protoc-gen-grpc_python=${PLUGIN}`,
    "rides.proto",
    "person.proto",
    "channelz.proto",
    "google/rpc/status.proto",
    "google/rpc/error_details.proto",
  ]);
  equal(code, 0, stderr);
}

/** Runs a client beside this file with the stubs; returns what each call answered. */
export async function runClient(
  client: string,
  stubs: string,
  args: readonly string[],
): Promise<[string, unknown][]> {
  const script = fromFileUrl(new URL(`tests/python/${client}`, ROOT));
  const { code, stdout, stderr } = await run([PYTHON, script, ...args], {
    env: { PYTHONPATH: stubs, PYTHONDONTWRITEBYTECODE: "1" },
  });
  equal(code, 0, stderr);
  return stdout.trimEnd().split("\n").map((line) => {
    const { call, answer } = JSON.parse(line);
    return [call, answer];
  });
}
