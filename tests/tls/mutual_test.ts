import { equal, match } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import type { PemPair } from "../../rides/tls/pem_files.ts";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const CA = await makeAuthority();
const CLIENT_CA = await makeAuthority();
const ALICE = { kind: "client", name: "alice" } as const;
const tls = {
  ...await issue(CA, { kind: "server", hosts: ["localhost"] }),
  clientCa: CLIENT_CA.cert,
};

const IDENTITIES: Record<string, [identity: PemPair | undefined, told: RegExp | undefined]> = {
  "with a certificate of the CA is served": [await issue(CLIENT_CA, ALICE), undefined],
  "without a certificate is refused": [
    undefined,
    // The second where the server's objection was lost with its connection.
    /^UNAVAILABLE: \S+ .*asks for a client certificate[;,] give one with --cert and --key\n$/,
  ],
  "with a certificate of another CA is refused": [
    await issue(CA, ALICE),
    /^UNAVAILABLE: \S+ .*check that it trusts the CA of the client certificate\n$/,
  ],
  "with a certificate that only claims to be of the CA is refused": [
    await issue({ cert: CLIENT_CA.cert, key: CA.key }, ALICE),
    /^UNAVAILABLE: \S+ .*check that it trusts the CA of the client certificate\n$/,
  ],
};

for (const transport of ["engine", "node"] as const) {
  for (const [what, [identity, told]] of Object.entries(IDENTITIES)) {
    Deno.test(`mutual TLS - a client ${what} (${transport})`, async () => {
      await using folder = await TemporaryFolder.make();
      const cwd = folder.path;
      await Deno.writeTextFile(`${cwd}/ca.pem`, CA.cert);
      await Deno.writeTextFile(`${cwd}/alice.pem`, identity?.cert ?? "");
      await Deno.writeTextFile(`${cwd}/alice-key.pem`, identity?.key ?? "");
      await using server = await createServer({ listen: ["127.0.0.1:0"], tls, transport });
      const at = `localhost:${server.listeners[0]?.port}`;
      const args = ["client", "person", "trung", "--address", at, "--tls", "--ca", "ca.pem"];
      const own = identity ? ["--cert", "alice.pem", "--key", "alice-key.pem"] : [];
      const { code, stderr } = await rides([...args, ...own], { cwd });
      match(stderr, told ?? /^$/);
      equal(code, told ? 64 + 14 : 0);
    });
  }
}

Deno.test("mutual TLS - beside a CA that has expired the next one is trusted, on both sides", async () => {
  await using folder = await TemporaryFolder.make();
  const cwd = folder.path;
  const expired = await makeAuthority(0);
  const alice = await issue(CLIENT_CA, ALICE);
  const files = {
    "cert.pem": tls.cert,
    "key.pem": tls.key,
    "clients.pem": expired.cert + CLIENT_CA.cert,
    "servers.pem": expired.cert + CA.cert,
    "expired.pem": expired.cert,
    "alice.pem": alice.cert,
    "alice-key.pem": alice.key,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${cwd}/${name}`, text, { mode: 0o600 });
  }
  const flags = ["--tls-cert", "cert.pem", "--tls-key", "key.pem", "--tls-client-ca"];
  await using server = await ServingProgram.start([...flags, "clients.pem"], { cwd });
  const call = ["client", "person", "trung", "--tls", "--cert", "alice.pem", "--key"];
  const trusting = (ca: string) =>
    rides([...call, "alice-key.pem", "--address", server.address, "--ca", ca], { cwd });
  const { code, stderr } = await trusting("servers.pem");
  equal(code, 0, stderr);
  const refused = /^expired\.pem expired on \S+; give a certificate that is still good\n$/;
  match((await trusting("expired.pem")).stderr, refused);
  match((await rides(["serve", "--check", ...flags, "expired.pem"], { cwd })).stderr, refused);
});

Deno.test("mutual TLS - an expired certificate of its own is told to the client in one line", async () => {
  await using folder = await TemporaryFolder.make();
  const expired = await issue(CLIENT_CA, ALICE, Date.now() - 366 * DAY_MS);
  await Deno.writeTextFile(`${folder.path}/cert.pem`, expired.cert);
  await Deno.writeTextFile(`${folder.path}/key.pem`, expired.key);
  const args = ["client", "person", "trung", "--tls", "--cert", "cert.pem", "--key", "key.pem"];
  const { code, stderr } = await rides(args, { cwd: folder.path });
  match(stderr, /^cert\.pem expired on \S+; give a certificate that is still good\n$/);
  equal(code, 1);
});

for (const transport of ["engine", "node"] as const) {
  Deno.test(`mutual TLS - the log names the client that was refused, and why (${transport})`, async () => {
    const log = new RecordedLog();
    const listen = ["127.0.0.1:0"];
    await using server = await createServer({ listen, tls, transport, log: log.write });
    await using folder = await TemporaryFolder.make();
    await Deno.writeTextFile(`${folder.path}/ca.pem`, CA.cert);
    const address = `localhost:${server.listeners[0]?.port}`;
    const { code } = await rides(
      ["client", "person", "trung", "--address", address, "--tls", "--ca", "ca.pem"],
      { cwd: folder.path },
    );
    equal(code, 64 + 14);
    const { level, fields } = await eventually(
      "a line of the log about the handshake",
      () => log.lines.find(({ message }) => message === "a TLS handshake failed"),
    );
    equal(level, "warn");
    match(String(fields["peer"]), /127\.0\.0\.1\]?:\d+$/);
    match(String(fields["reason"]), /certificate/i);
  });
}
