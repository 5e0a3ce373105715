import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, run, RunningProgram, ServingProgram } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";
import { available } from "../support/tools.ts";

async function certs(folder: string, args: string[] = [], runs: typeof ridesHere = ridesHere) {
  const { code, stdout, stderr } = await runs(
    ["certs", "--certs-dir", folder, "--format", "json", ...args],
  );
  equal(code, 0, stderr);
  return JSON.parse(stdout);
}

async function certificate(file: string): Promise<X509Certificate> {
  return new X509Certificate(await Deno.readTextFile(file));
}

Deno.test("certs - makes a CA and a server certificate for this machine, and keeps them", async () => {
  await using folder = await TemporaryFolder.make();
  const made = await certs(`${folder.path}/new`);
  const ca = await certificate(made.ca);
  const server = await certificate(made.cert);
  equal(ca.fingerprint256, made.ca_sha256);
  equal(server.verify(ca.publicKey), true);
  equal(server.checkHost("localhost"), "localhost");
  for (const ip of ["127.0.0.1", "::1"]) equal(server.checkIP(ip), ip);
  equal(server.checkHost(Deno.hostname().toLowerCase()), Deno.hostname().toLowerCase());
  deepEqual(await certs(`${folder.path}/new`), made);
  equal((await certificate(made.cert)).fingerprint256, server.fingerprint256);
});

Deno.test("certs - keys are readable by their owner alone", async () => {
  await using folder = await TemporaryFolder.make();
  const { key } = await certs(folder.path);
  const client = await certs(folder.path, ["--client", "alice"]);
  for (const file of [key, client.key, `${folder.path}/ca-key.pem`]) {
    equal((await Deno.stat(file)).mode! & 0o777, 0o600, file);
  }
});

Deno.test("certs --renew - makes the server's certificate anew, of the same CA", async () => {
  await using folder = await TemporaryFolder.make();
  const made = await certs(folder.path);
  const old = await certificate(made.cert);
  const renewed = await certs(folder.path, ["--renew"]);
  equal(renewed.ca_sha256, made.ca_sha256);
  notEqual((await certificate(made.cert)).fingerprint256, old.fingerprint256);
  deepEqual([renewed.days_left, renewed.ca_days_left], [364, 3649]);
  match(renewed.not_after, /^\d{4}-\d\d-\d\d$/);
});

Deno.test("certs - prints for people where everything is", async () => {
  await using folder = await TemporaryFolder.make();
  const { stdout } = await ridesHere(["certs", "--certs-dir", folder.path]);
  match(
    stdout,
    new RegExp(
      "^CA: +.*/ca.pem\nSHA-256: +(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\ngood until: +\\S+, 3649 days\n" +
        "certificate: .*\nkey: .*\ngood until: +\\S+, 364 days\n$",
    ),
  );
});

Deno.test("certs - several at once end up with the same CA and matching files", async () => {
  await using folder = await TemporaryFolder.make();
  const made = await Promise.all([1, 2, 3, 4].map(() => certs(folder.path, [], rides)));
  equal(new Set(made.map(({ ca_sha256 }) => ca_sha256)).size, 1);
  const ca = await certificate(`${folder.path}/ca.pem`);
  equal(ca.fingerprint256, made[0].ca_sha256);
  equal((await certificate(`${folder.path}/server.pem`)).verify(ca.publicKey), true);
});

Deno.test("certs --client - makes a certificate that a server with mutual TLS takes", async () => {
  await using folder = await TemporaryFolder.make();
  const alice = await certs(folder.path, ["--client", "alice"]);
  match((await certificate(alice.cert)).subject, /CN=alice/);
  await using serving = await ServingProgram.start(
    ["--tls", "--certs-dir", folder.path, "--tls-client-ca", alice.ca],
  );
  const args = ["client", "person", "x", "--tls", "--ca", alice.ca, "--address", serving.address];
  const taken = await rides([...args, "--cert", alice.cert, "--key", alice.key]);
  equal(taken.code, 0, taken.stderr);
  const { code, stderr } = await rides(args);
  equal(code, 64 + 14);
  match(stderr, /asks for a client certificate[,;] give one with --cert and --key\n$/);
});

Deno.test("certs and serve - a folder that cannot be written is told in one line", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "");
  for (const command of [["certs"], ["serve", "--tls", "--listen", "127.0.0.1:0"]]) {
    const { code, stdout, stderr } = await rides([...command, "--certs-dir", file]);
    equal(code, 1);
    equal(stdout, "");
    match(stderr, /^Cannot keep certificates in .*; choose another folder with --certs-dir\n$/);
  }
});

const LOSSES: [string, string, (folder: string) => Promise<void>][] = [
  ["its key", "ca-key.pem is missing", (folder) => Deno.remove(`${folder}/ca-key.pem`)],
  [
    "half of its key",
    "ca-key.pem holds no key of the one before",
    (folder) => Deno.truncate(`${folder}/ca-key.pem`, 99),
  ],
  ["its certificate", "ca.pem is missing", (folder) => Deno.remove(`${folder}/ca.pem`)],
  [
    "half of its certificate",
    "ca.pem is damaged",
    (folder) => Deno.truncate(`${folder}/ca.pem`, 99),
  ],
];

for (const [what, reason, lose] of LOSSES) {
  Deno.test(`certs - a CA that lost ${what} is replaced once, and that is told`, async () => {
    await using folder = await TemporaryFolder.make();
    const args = ["certs", "--certs-dir", folder.path];
    equal((await ridesHere(args)).stderr, "");
    await lose(folder.path);
    const { code, stderr } = await ridesHere(args);
    equal(code, 0);
    equal(
      stderr,
      `${folder.path}/ca.pem is a new CA, since ${folder.path}/${reason}; give it to every client, and ` +
        "renew their certificates with rides certs --client NAME\n",
    );
    equal((await ridesHere(args)).stderr, "");
  });
}

Deno.test("serve --tls - the log warns of a CA that was replaced", async () => {
  await using folder = await TemporaryFolder.make();
  await certs(folder.path);
  await Deno.remove(`${folder.path}/ca-key.pem`);
  await using serving = await ServingProgram.start(["--tls", "--certs-dir", folder.path]);
  await serving.logged(
    / warn {2}\S+\/ca\.pem is a new CA, since \S+\/ca-key\.pem is missing; give /,
  );
});

for (const name of ["ca", "ca-key", "server", "server-key", "alice", "alice-key"]) {
  Deno.test(`certs - names ${name}.pem if it is a folder, and makes nothing beside it`, async () => {
    await using folder = await TemporaryFolder.make();
    const file = `${folder.path}/${name}.pem`;
    await Deno.mkdir(file);
    const args = ["--certs-dir", folder.path, "--client", "alice"];
    const { code, stdout, stderr } = await ridesHere(["certs", ...args]);
    equal(code, 1);
    equal(stdout, "");
    equal(
      stderr.replace("write", "read"),
      `Cannot read ${file}: it is a folder; move it away, or choose another folder with --certs-dir\n`,
    );
    const twin = name.endsWith("-key") ? name.replace("-key", "") : `${name}-key`;
    await rejects(Deno.stat(`${folder.path}/${twin}.pem`), Deno.errors.NotFound);
  });
}

const KEYS: [string, string[], number][] = [
  ["an RSA key", ["genrsa"], 1],
  ["a key on another curve", ["ecparam", "-genkey", "-name", "secp384r1"], 1],
  ["a key as openssl writes it", ["ecparam", "-genkey", "-name", "prime256v1"], 0],
];

for (const [what, command, expected] of KEYS) {
  Deno.test({
    name: `certs - somebody else's CA with ${what} is ${expected ? "refused" : "taken"}`,
    ignore: !available("openssl", "version"),
  }, async () => {
    await using folder = await TemporaryFolder.make();
    const ca = `${folder.path}/ca.pem`;
    const key = `${folder.path}/ca-key.pem`;
    equal((await run(["openssl", ...command, "-out", key])).code, 0);
    const request = ["req", "-x509", "-days", "90", "-subj", "/CN=mine", "-key", key, "-out", ca];
    equal((await run(["openssl", ...request])).code, 0);
    const { code, stderr } = await ridesHere(["certs", "--certs-dir", folder.path]);
    equal(code, expected, stderr);
    const refusal =
      `${key} is no ECDSA key on P-256, the only kind that rides signs with; move it ` +
      `and ${ca} away, or choose another folder with --certs-dir\n`;
    equal(stderr, expected ? refusal : "");
  });
}

Deno.test("demo - shows every step and exits 0", async () => {
  const { code, stdout, stderr } = await rides(["demo"]);
  equal(code, 0, stderr);
  const steps = stdout.trimEnd().split("\n").map((line) => line.split(" ")[0]);
  deepEqual(steps, ["serve", "start", "track", "start", "watch", "person", "shutdown"]);
  match(stdout, /streamed 10 positions: the server counted 10/);
  match(stdout, /INVALID_ARGUMENT: driver_id: empty/);
});

Deno.test("demo - Ctrl-C leaves no keys behind", async () => {
  await using folder = await TemporaryFolder.make();
  await using demo = new RunningProgram(["demo"], { env: { TMPDIR: folder.path } });
  await demo.says("stdout", /^serve /);
  demo.signal("SIGINT");
  await demo.ended();
  deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("demo - says in one line that there is no folder for its files", async () => {
  await using folder = await TemporaryFolder.make();
  const { code, stdout, stderr } = await rides(["demo"], {
    env: { TMPDIR: `${folder.path}/none` },
  });
  equal(
    stderr,
    "Cannot make a folder for temporary files: there is no such file or folder; " +
      "set TMPDIR to one that can be written\n",
  );
  deepEqual([code, stdout], [1, ""]);
});
