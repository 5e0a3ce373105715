/** `deno task test:testssl`: what testssl.sh, Debian's package of that name, finds in `rides serve --tls`. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { TemporaryFolder } from "../support/paths.ts";
import { run, ServingProgram } from "../support/program.ts";
import { available } from "../support/tools.ts";

/** One line of its report. */
interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** What may be found without an explanation. WARN and FATAL are of checks that could not be made. */
const HARMLESS: readonly string[] = ["OK", "INFO", "LOW", "DEBUG"];

/** Why a finding stands that is worse. */
const EXPLAINED: Readonly<Record<string, string>> = {
  cert_revocation:
    "The development CA has no address where it could publish what it revokes. A key that got lost is " +
    "answered by a new CA, which takes a minute; certificates of a real CA have theirs.",
  engine_problem:
    "Of the openssl on this side: it has no GOST ciphers. The server has none either.",
};

/** Protocols, cipher categories, forward secrecy, every cipher, vulnerabilities, the certificate. */
const CHECKS = ["-p", "-s", "-f", "-e", "-U", "-S"];

const installed = available("testssl", "--version");
const wanted = Deno.env.get("RIDES_TESTSSL") === "1";

Deno.test({
  name: "testssl - finds nothing above LOW that is not explained " +
    (installed ? "(RIDES_TESTSSL=1 runs it)" : "(needs Debian's testssl.sh)"),
  ignore: !installed || !wanted,
}, async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await ServingProgram.start([
    ...["--tls", "--certs-dir", folder.path],
    // Most that it tries has to fail.
    ...["--limit", "maxFailedHandshakes=0"],
  ]);
  const report = `${folder.path}/report.json`;
  const { stdout, stderr } = await run([
    "testssl",
    ...["--quiet", "--color", "0", "--warnings", "batch", "--nodns", "none"],
    ...["--ip", "127.0.0.1", "--add-ca", `${folder.path}/ca.pem`, "--jsonfile", report],
    ...CHECKS,
    server.address,
  ]);
  const findings = JSON.parse(await Deno.readTextFile(report)) as Finding[];
  const found = (id: string) => findings.find((one) => one.id === id)?.finding;
  // It has come through, and it was this server.
  equal(found("TLS1_2"), "offered", stdout + stderr);
  equal(found("TLS1_3"), "offered with final", stdout);
  equal(found("ALPN_HTTP2"), "h2", stdout);
  ok(found("cert_fingerprintSHA256"), stdout);
  ok(found("LUCKY13"), stdout);

  const severe = findings.filter(({ severity }) => !HARMLESS.includes(severity));
  deepEqual(severe.filter(({ id }) => !(id in EXPLAINED)), []);
  // What is explained and never found is no longer true.
  ok(severe.some(({ id }) => id === "cert_revocation"), "explains what is not there");
});
