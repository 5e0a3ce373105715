import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { clientCertificate, developmentCertificates } from "../../rides/tls/development.ts";
import { isPair } from "../../rides/tls/load.ts";
import { writePair } from "../../rides/tls/pem_files.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { run } from "../support/program.ts";
import { available } from "../support/tools.ts";

const HOSTS = ["localhost", "127.0.0.1", "::1"];
const DAY_MS = 24 * 60 * 60 * 1000;

/** The certificates in `folder` as they are and, at the next start, as they are then. */
async function twice(folder: string, between: () => unknown, hosts = HOSTS) {
  const before = await developmentCertificates(folder, HOSTS);
  await between();
  return [before, await developmentCertificates(folder, hosts)] as const;
}

Deno.test("development certificates - are kept as they are, byte for byte", async () => {
  await using folder = await TemporaryFolder.make();
  const [before, after] = await twice(folder.path, () => {});
  equal(after.caFingerprint, before.caFingerprint);
  deepEqual([before.caReplaced, after.caReplaced], [undefined, undefined]);
  equal(after.server.cert, before.server.cert);
  equal(after.server.key, before.server.key);
});

Deno.test("development certificates - are for each host, and no other", async () => {
  await using folder = await TemporaryFolder.make();
  const { server } = await developmentCertificates(folder.path, HOSTS);
  const certificate = new X509Certificate(server.cert);
  ok(certificate.checkHost("localhost") && certificate.checkIP("127.0.0.1"));
  ok(certificate.checkIP("::1"));
  equal(certificate.checkHost("example.org"), undefined);
  equal(certificate.ca, false);
});

Deno.test("development certificates - a machine of another name gets a new one, of the same CA", async () => {
  await using folder = await TemporaryFolder.make();
  const [before, after] = await twice(folder.path, () => {}, [...HOSTS, "renamed"]);
  equal(after.caFingerprint, before.caFingerprint);
  ok(new X509Certificate(after.server.cert).checkHost("renamed"));
});

Deno.test("development certificates - a certificate near its end is renewed, of the same CA", async () => {
  await using folder = await TemporaryFolder.make();
  const ca = await makeAuthority();
  await writePair(ca, `${folder.path}/ca.pem`);
  for (const [ageDays, isRenewed] of [[330, false], [340, true], [400, true]] as const) {
    const old = await issue(ca, { kind: "server", hosts: HOSTS }, Date.now() - ageDays * DAY_MS);
    await writePair(old, `${folder.path}/server.pem`);
    const { caFingerprint, server } = await developmentCertificates(folder.path, HOSTS);
    equal(caFingerprint, new X509Certificate(ca.cert).fingerprint256);
    equal(server.cert !== old.cert, isRenewed, `after ${ageDays} days`);
  }
});

Deno.test("development certificates - a CA near its end is renewed, and what it signed", async () => {
  await using folder = await TemporaryFolder.make();
  const ca = await makeAuthority(Date.now() - 3_630 * DAY_MS);
  const old = await issue(ca, { kind: "server", hosts: HOSTS });
  await writePair(ca, `${folder.path}/ca.pem`);
  await writePair(old, `${folder.path}/server.pem`);
  const { caFile, caReplaced, server } = await developmentCertificates(folder.path, HOSTS);
  const renewed = new X509Certificate(await Deno.readTextFile(caFile));
  notEqual(renewed.fingerprint256, new X509Certificate(ca.cert).fingerprint256);
  match(caReplaced ?? "", /^the one before ends on \d{4}-\d\d-\d\d$/);
  ok(new X509Certificate(server.cert).verify(renewed.publicKey));
});

const DAMAGES: Record<string, (folder: string) => Promise<void>> = {
  "a certificate that is none": (folder) => Deno.writeTextFile(`${folder}/server.pem`, "no"),
  "a key that is none": (folder) => Deno.writeTextFile(`${folder}/server-key.pem`, ""),
  "a key of another certificate": (folder) =>
    Deno.copyFile(`${folder}/ca-key.pem`, `${folder}/server-key.pem`),
  "a missing key": (folder) => Deno.remove(`${folder}/server-key.pem`),
  "half a CA": (folder) => Deno.truncate(`${folder}/ca.pem`, 200),
  "a CA without its key": (folder) => Deno.remove(`${folder}/ca-key.pem`),
};

for (const [damage, doIt] of Object.entries(DAMAGES)) {
  Deno.test(`development certificates - ${damage} is made anew`, async () => {
    await using folder = await TemporaryFolder.make();
    const [before, after] = await twice(folder.path, () => doIt(folder.path));
    notEqual(after.server.cert, before.server.cert);
    ok(isPair(after.server));
    const ca = new X509Certificate(await Deno.readTextFile(after.caFile));
    ok(new X509Certificate(after.server.cert).verify(ca.publicKey));
    equal(after.caFingerprint !== before.caFingerprint, damage.includes("CA"));
    equal(after.caReplaced !== undefined, damage.includes("CA"));
  });
}

Deno.test({
  name: "development certificates - leave a certificate alone that is somebody else's",
  ignore: !available("openssl", "version"),
}, async () => {
  await using folder = await TemporaryFolder.make();
  const ca = await makeAuthority();
  const foreign = { ...ca, cert: await foreignCertificate(folder.path) };
  for (const name of ["ca", "server", "alice"]) {
    const file = `${folder.path}/${name}.pem`;
    await writePair(foreign, file);
    await rejects(
      name === "alice"
        ? clientCertificate(folder.path, name)
        : developmentCertificates(folder.path, HOSTS),
      { name: "TlsFileError", message: new RegExp(`^${file} is no development certificate`) },
    );
    equal(await Deno.readTextFile(file), foreign.cert);
    await Deno.remove(file);
    await Deno.remove(`${folder.path}/${name}-key.pem`);
  }
});

Deno.test("client certificates - tell of a CA that had to be replaced", async () => {
  await using folder = await TemporaryFolder.make();
  equal((await clientCertificate(folder.path, "alice")).caReplaced, undefined);
  await Deno.remove(`${folder.path}/ca-key.pem`);
  const { caReplaced } = await clientCertificate(folder.path, "alice");
  equal(caReplaced, `${folder.path}/ca-key.pem is missing`);
});

Deno.test("development certificates - a key that others can read is closed to them", async () => {
  await using folder = await TemporaryFolder.make();
  const key = `${folder.path}/server-key.pem`;
  await twice(folder.path, () => Deno.chmod(key, 0o644));
  equal((await Deno.stat(key)).mode! & 0o777, 0o600);
});

for (const name of ["ca", "CA", "server", "ca-key", "alice-key", "../x", "", ".x"]) {
  Deno.test(`client certificates - are not made for "${name}"`, async () => {
    await using folder = await TemporaryFolder.make();
    await rejects(clientCertificate(folder.path, name), TypeError);
  });
}

/** A certificate of somebody else's, as openssl makes it. */
async function foreignCertificate(folder: string): Promise<string> {
  const request = ["req", "-newkey", "rsa:2048", "-x509", "-nodes", "-subj", "/CN=mine"];
  const files = ["-keyout", `${folder}/mine-key.pem`, "-out", `${folder}/mine.pem`];
  await run(["openssl", ...request, ...files]);
  return await Deno.readTextFile(`${folder}/mine.pem`);
}
