/** The reference's own certificate, and what a client makes of an expired one. */
import { equal, match } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, run, ServingProgram } from "../support/program.ts";
import { available } from "../support/tools.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const OPENSSL = "openssl req -newkey rsa:4096 -x509 -days 365 -nodes -subj /CN=localhost " +
  "-keyout key.pem -out cert.pem";

const person = (
  address: string,
  ca: string,
) => ["client", "person", "trung", "--address", address, "--tls", "--ca", ca];

for (const transport of ["engine", "node"]) {
  Deno.test({
    name: `serve - takes the certificate of the reference's openssl command (${transport})`,
    ignore: !available("openssl", "version"),
    async fn() {
      await using folder = await TemporaryFolder.make();
      const cwd = folder.path;
      const [command, ...args] = OPENSSL.split(" ");
      const made = await run([command!, ...args], { cwd });
      equal(made.code, 0, made.stderr);
      const files = ["--tls-cert", "cert.pem", "--tls-key", "key.pem", "--transport", transport];
      await using server = await ServingProgram.start(files, { cwd });
      match(server.lines[0]!, / \(tls\)$/);
      const { code, stdout, stderr } = await rides(person(server.address, "cert.pem"), { cwd });
      equal(code, 0, stderr);
      match(stdout, /^trung: id 1/);
    },
  });
}

Deno.test("client - an expired certificate of the server is told in one line", async () => {
  await using folder = await TemporaryFolder.make();
  const ca = await makeAuthority();
  await Deno.writeTextFile(`${folder.path}/ca.pem`, ca.cert);
  const long = Date.now() - 366 * DAY_MS;
  const tls = await issue(ca, { kind: "server", hosts: ["localhost"] }, long);
  await using server = await createServer({ listen: ["127.0.0.1:0"], tls });
  const address = `localhost:${server.listeners[0]?.port}`;
  const { code, stderr } = await rides(person(address, "ca.pem"), { cwd: folder.path });
  match(stderr, /^UNAVAILABLE: the certificate of \S+ has expired; have the server renew it\n$/);
  equal(code, 64 + 14);
});
