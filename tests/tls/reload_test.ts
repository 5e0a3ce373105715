/** Certificate files that change under a running program. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { keyFileOf, type PemPair, writePair } from "../../rides/tls/pem_files.ts";
import { eventually } from "../support/eventually.ts";
import { halfOf, presentedCertificate } from "../support/handshake.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, type RunOptions, ServingProgram } from "../support/program.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const HOSTS = { kind: "server", hosts: ["localhost"] } as const;
const CA = await makeAuthority();

const certificate = (ageDays = 0) => issue(CA, HOSTS, Date.now() - ageDays * DAY_MS);
const fingerprint = ({ cert }: PemPair) => new X509Certificate(cert).fingerprint256;

function presents(server: ServingProgram, pair: PemPair): Promise<unknown> {
  return eventually(
    `the server presents ${fingerprint(pair)}`,
    async () => await presentedCertificate(server.port) === fingerprint(pair),
  );
}

function serve(cwd: string, ...flags: string[]): Promise<ServingProgram> {
  const options: RunOptions = { cwd };
  const files = flags.length > 0 ? flags : ["--tls-cert", "cert.pem", "--tls-key", "cert-key.pem"];
  return ServingProgram.start(files, options);
}

Deno.test("serve - takes a certificate whose files are replaced one after the other", async () => {
  await using folder = await TemporaryFolder.make();
  await writePair(await certificate(), `${folder.path}/cert.pem`);
  await using server = await serve(folder.path);
  const next = await certificate();
  await writePair(next, `${folder.path}/cert.pem`);
  await presents(server, next);
  await server.logged(
    /info {2}the certificate has been replaced not_after=\d{4}-\d\d-\d\d /,
  );
});

Deno.test("serve - takes a certificate behind a link that is changed, as Kubernetes does", async () => {
  await using folder = await TemporaryFolder.make();
  const [old, next] = [await certificate(), await certificate()];
  for (const [name, pair] of [["1", old], ["2", next]] as const) {
    await Deno.mkdir(`${folder.path}/${name}`);
    await writePair(pair, `${folder.path}/${name}/cert.pem`);
  }
  await Deno.symlink("1", `${folder.path}/data`);
  for (const file of ["cert.pem", "cert-key.pem"]) {
    await Deno.symlink(`data/${file}`, `${folder.path}/${file}`);
  }
  await using server = await serve(folder.path);
  await presents(server, old);
  await Deno.symlink("2", `${folder.path}/data2`);
  await Deno.rename(`${folder.path}/data2`, `${folder.path}/data`);
  await presents(server, next);
});

Deno.test("serve - takes a new CA of clients, and keeps it for a bad one", async () => {
  await using folder = await TemporaryFolder.make();
  const cwd = folder.path;
  const [before, after] = [await makeAuthority(), await makeAuthority()];
  await writePair(await certificate(), `${cwd}/cert.pem`);
  await writePair(await issue(after, { kind: "client", name: "bob" }), `${cwd}/bob.pem`);
  await Deno.writeTextFile(`${cwd}/ca.pem`, CA.cert);
  await Deno.writeTextFile(`${cwd}/clients.pem`, before.cert);
  const files = ["--tls-cert", "cert.pem", "--tls-key", "cert-key.pem"];
  await using server = await serve(cwd, ...files, "--tls-client-ca", "clients.pem");
  const bob = async () => {
    const args = ["client", "person", "trung", "--address", server.address, "--tls"];
    const own = ["--ca", "ca.pem", "--cert", "bob.pem", "--key", "bob-key.pem"];
    return (await rides([...args, ...own], { cwd })).code;
  };
  equal(await bob(), 64 + 14);
  await Deno.writeTextFile(`${cwd}/clients.pem`, after.cert);
  await eventually("the new CA's client is served", async () => await bob() === 0);
  await Deno.writeTextFile(`${cwd}/clients.pem`, "");
  await server.logged(/cannot be reloaded; the old one stays reason="clients\.pem holds no cert/);
  equal(await bob(), 0);
});

Deno.test("serve - refuses bad new files, says so, and goes on with the old certificate", async () => {
  await using folder = await TemporaryFolder.make();
  const certFile = `${folder.path}/cert.pem`;
  const old = await certificate();
  await writePair(old, certFile);
  await using server = await serve(folder.path);
  const other = await certificate();
  const BAD: [what: () => Promise<void>, reason: RegExp][] = [
    [
      async () => await writePair(await certificate(366), certFile),
      /reason="cert\.pem expired on \S+; give a certificate that is still good"/,
    ],
    [
      () => writePair({ cert: old.cert, key: other.key }, certFile),
      /reason="cert-key\.pem is not the key of cert\.pem; /,
    ],
    [
      () => Deno.writeTextFile(certFile, halfOf(other.cert)),
      /reason="cert\.pem holds no certificate; /,
    ],
    [
      () => Deno.writeTextFile(certFile, other.cert + halfOf(CA.cert)),
      /reason="cert\.pem holds a broken certificate beside a good one; /,
    ],
    [
      () => Deno.writeTextFile(keyFileOf(certFile), halfOf(other.key)),
      /reason="cert-key\.pem holds no private key /,
    ],
    [
      () => Deno.remove(certFile),
      /reason="Cannot read cert\.pem: there is no such file or folder"/,
    ],
  ];
  for (const [spoil, reason] of BAD) {
    await writePair(old, certFile);
    await spoil();
    // It would be noticed anyway, two seconds later.
    server.signal("SIGHUP");
    const line = new RegExp(
      `error the certificate cannot be reloaded; the old one stays ${reason.source}`,
    );
    await server.logged(line);
    equal(await presentedCertificate(server.port), fingerprint(old));
  }
  await writePair(other, certFile);
  await presents(server, other);
});

Deno.test("serve - warns of a certificate that is near its end, and of a CA of clients", async () => {
  await using folder = await TemporaryFolder.make();
  await writePair(await certificate(340), `${folder.path}/cert.pem`);
  const clientCa = await makeAuthority(Date.now() - 3_640 * DAY_MS);
  await Deno.writeTextFile(`${folder.path}/clients.pem`, clientCa.cert);
  const files = ["--tls-cert", "cert.pem", "--tls-key", "cert-key.pem"];
  await using server = await serve(folder.path, ...files, "--tls-client-ca", "clients.pem");
  await server.logged(/warn {2}a certificate ends soon; renew .* file=cert\.pem .* days_left=24\n/);
  await server.logged(/warn {2}a certificate ends soon; .* file=clients\.pem .* days_left=9\n/);
  const next = await certificate();
  await writePair(next, `${folder.path}/cert.pem`);
  await presents(server, next);
  server.signal("SIGTERM");
  const { stderr } = await server.ended();
  equal(stderr.match(/file=cert\.pem/g)?.length, 1, "one that is good for long is not warned of");
});

Deno.test("serve - warns of a private key that others can read, once for each mode", async () => {
  await using folder = await TemporaryFolder.make();
  const key = `${folder.path}/cert-key.pem`;
  await writePair(await certificate(), `${folder.path}/cert.pem`);
  await Deno.chmod(key, 0o644);
  await using server = await serve(folder.path);
  await server.logged(
    /warn {2}others may read or change the private key; chmod 600 .* mode=0644\n/,
  );
  server.signal("SIGHUP");
  await server.logged(/SIGHUP/);
  await Deno.chmod(key, 0o604);
  await server.logged(/others may read .* mode=0604\n/);
  await Deno.chmod(key, 0o640);
  server.signal("SIGHUP");
  await server.logged(/SIGHUP[^]*SIGHUP/);
  server.signal("SIGTERM");
  const warnings = (await server.ended()).stderr.match(/others may read.*mode=\d+/g) ?? [];
  deepEqual(warnings.map((line) => line.slice(-4)), ["0644", "0604"]);
});

Deno.test("serve --tls - renews a development certificate near its end as it runs", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await serve(folder.path, "--tls", "--certs-dir", ".");
  const ca = {
    cert: await Deno.readTextFile(`${folder.path}/ca.pem`),
    key: await Deno.readTextFile(`${folder.path}/ca-key.pem`),
  };
  const ending = await issue(ca, HOSTS, Date.now() - 340 * DAY_MS);
  await writePair(ending, `${folder.path}/server.pem`);
  await server.logged(/the certificate has been replaced/);
  const renewed = await Deno.readTextFile(`${folder.path}/server.pem`);
  ok(new X509Certificate(renewed).validToDate.getTime() > Date.now() + 300 * DAY_MS);
  equal(await presentedCertificate(server.port), new X509Certificate(renewed).fingerprint256);
});

Deno.test("certs --renew - a running server presents the new certificate, of the same CA", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await serve(folder.path, "--tls", "--certs-dir", ".");
  const read = (file: string) => Deno.readTextFile(`${folder.path}/${file}`);
  const [ca, old] = [await read("ca.pem"), await read("server.pem")];
  const { code, stdout } = await rides(["certs", "--renew", "--certs-dir", "."], {
    cwd: folder.path,
  });
  equal(code, 0);
  match(stdout, /^good until: +\d{4}-\d\d-\d\d, 364 days$/m);
  equal(await read("ca.pem"), ca);
  const next = await read("server.pem");
  ok(next !== old);
  await presents(server, { cert: next, key: "" });
});

for (const flags of [[], ["--tls"]]) {
  Deno.test({
    name: `${
      ["serve", ...flags].join(" ")
    } - lives on after SIGHUP, and says that it has read its files anew`,
    ignore: Deno.build.os === "windows",
  }, async () => {
    await using folder = await TemporaryFolder.make();
    await using server = await ServingProgram.start(flags, { cwd: folder.path });
    server.signal("SIGHUP");
    await server.logged(/SIGHUP: reading files anew/);
    const tls = flags.length > 0 ? ["--tls", "--ca", "certs/ca.pem"] : [];
    const args = ["client", "person", "trung", "--address", server.address, ...tls];
    equal((await rides(args, { cwd: folder.path })).code, 0);
  });
}
