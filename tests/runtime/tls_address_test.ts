import { deepEqual, equal, match } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, run, ServingProgram } from "../support/program.ts";
import { type CallingClientReport, fixture, mayGo } from "./fixtures/mod.ts";

const CA = await makeAuthority();

/** A server at `address` whose certificate is for `hosts`, and what becomes of a call of it. */
async function callPerson(address: string, hosts: readonly string[]) {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/ca.pem`, CA.cert);
  const tls = await issue(CA, { kind: "server", hosts });
  await using server = await createServer({ listen: [`${address}:0`], tls });
  const at = `${address}:${server.listeners[0]?.port}`;
  const args = ["client", "person", "trung", "--address", at, "--tls", "--ca", "ca.pem"];
  return await rides(args, { cwd: folder.path });
}

function isOfThisMachine(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

for (const host of ["127.0.0.1", "::1"]) {
  const address = host.includes(":") ? `[${host}]` : host;
  const ignore = !isOfThisMachine(host);

  Deno.test({
    name: `TLS to ${address} - works with a certificate for that address`,
    ignore,
    async fn() {
      const { code, stderr } = await callPerson(address, [host]);
      deepEqual({ code, stderr }, { code: 0, stderr: "" });
    },
  });

  Deno.test({
    name: `TLS to ${address} - a certificate for a name alone is refused`,
    ignore,
    async fn() {
      const { code, stderr } = await callPerson(address, ["localhost"]);
      match(stderr, /^UNAVAILABLE: the certificate of \S+ is for another name; .*\n$/);
      equal(code, 64 + 14);
    },
  });
}

Deno.test("TLS to 127.0.0.1 - grpc-js by itself gets through to localhost alone", async () => {
  const tls = await issue(CA, { kind: "server", hosts: ["localhost", "127.0.0.1"] });
  await using server = await ServingProgram.of(fixture("echo_server.ts", "mended", { tls }));
  const answered = async (host: string) => {
    const address = `${host}:${server.port}`;
    const settings = { address, ca: CA.cert, atOnce: 1, calls: 1 };
    const { stdout } = await run(fixture("calling_client.ts", "mended", settings));
    return (JSON.parse(stdout) as CallingClientReport).answered;
  };
  equal(await answered("localhost"), 1);
  equal(await answered("127.0.0.1"), 0, mayGo("client/credentials.ts"));
});
