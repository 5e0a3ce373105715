import { equal } from "node:assert/strict";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, run, ServingProgram } from "../support/program.ts";
import { type CallingClientReport, fixture, mayGo } from "./fixtures/mod.ts";

/** As many certificates as a system's bundle has. */
const ROOTS = await Promise.all(Array.from({ length: 250 }, () => makeAuthority()));

/** They, in the file of the variable that grpc-js looks at. */
async function systemRoots(folder: TemporaryFolder): Promise<Record<string, string>> {
  const file = `${folder.path}/roots.pem`;
  await Deno.writeTextFile(file, ROOTS.map(({ cert }) => cert).join(""));
  return { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: file };
}

for (const transport of ["engine", "node"]) {
  Deno.test(`GRPC_DEFAULT_SSL_ROOTS_FILE_PATH - clients reach the server on ${transport}`, async () => {
    await using folder = await TemporaryFolder.make();
    const options = { env: await systemRoots(folder), cwd: folder.path };
    await using server = await ServingProgram.start(["--tls", "--transport", transport], options);
    const person = ["client", "person", "trung", "--address", server.address, "--tls"];
    const { code, stderr } = await rides([...person, "--ca", "certs/ca.pem"], options);
    equal(code, 0, stderr);
  });
}

for (const nullRoots of [false, true]) {
  const what = nullRoots
    ? "null for the client CAs breaks every handshake"
    : "no client CAs do not";
  Deno.test(`GRPC_DEFAULT_SSL_ROOTS_FILE_PATH - ${what}`, async () => {
    await using folder = await TemporaryFolder.make();
    const env = await systemRoots(folder);
    const ca = await makeAuthority();
    const tls = await issue(ca, { kind: "server", hosts: ["localhost"] });
    const settings = { tls, nullRoots };
    await using server = await ServingProgram.of(fixture("echo_server.ts", "mended", settings), {
      env,
    });
    const calling = { address: server.address, ca: ca.cert, atOnce: 1, calls: 1 };
    const { stdout } = await run(fixture("calling_client.ts", "mended", calling));
    const { answered }: CallingClientReport = JSON.parse(stdout);
    equal(answered, nullRoots ? 0 : 1, nullRoots ? mayGo("server/server.ts, credentials") : stdout);
  });
}
