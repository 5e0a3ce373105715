/** Certificate and key files that a server cannot use: one line on stderr that says what to do. */
import { deepEqual, equal, match } from "node:assert/strict";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { type CommandLine, rides, type RunOptions } from "../support/program.ts";
import { available } from "../support/tools.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const CA = await makeAuthority();
const GOOD = await issue(CA, { kind: "server", hosts: ["localhost"] });
const OTHER = await issue(CA, { kind: "server", hosts: ["localhost"] });
const EXPIRED = await issue(
  CA,
  { kind: "server", hosts: ["localhost"] },
  Date.now() - 366 * DAY_MS,
);
const FUTURE = await issue(
  CA,
  { kind: "server", hosts: ["localhost"] },
  Date.now() + 2 * DAY_MS,
);

const FLAGS = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];

/** Runs `rides serve FLAGS` in a folder with these files, which has to fail. */
async function refuse(
  { cert = GOOD.cert, key = GOOD.key, flags = FLAGS, ...options }: RunOptions & {
    cert?: string;
    key?: string;
    flags?: string[];
    keyMode?: number;
  },
): Promise<string> {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder.path}/key.pem`, key, { mode: options.keyMode });
  // No address of this machine (RFC 5737): what is not refused ends, too.
  const args = ["serve", "--listen", "192.0.2.1:0", ...flags];
  const { code, stdout, stderr } = await rides(args, { ...options, cwd: folder.path });
  deepEqual({ code, stdout }, { code: 1, stdout: "" }, stderr);
  equal(stderr.trimEnd().split("\n").length, 1, stderr);
  return stderr;
}

const REFUSED: Record<string, [Parameters<typeof refuse>[0], RegExp]> = {
  "a missing certificate": [
    { flags: ["--tls-cert", "no.pem", "--tls-key", "key.pem"] },
    /^Cannot read no\.pem: there is no such file or folder$/m,
  ],
  "a missing key": [
    { flags: ["--tls-cert", "cert.pem", "--tls-key", "no.pem"] },
    /^Cannot read no\.pem: there is no such file or folder$/m,
  ],
  "a missing CA of clients": [
    { flags: [...FLAGS, "--tls-client-ca", "no.pem"] },
    /^Cannot read no\.pem: there is no such file or folder$/m,
  ],
  "a folder for a file": [
    { flags: ["--tls-cert", ".", "--tls-key", "key.pem"] },
    /^Cannot read \.: it is a folder$/m,
  ],
  "a certificate that is none": [{ cert: "garbage" }, /^cert\.pem holds no certificate; give one/m],
  "a certificate with garbage in it": [
    { cert: GOOD.cert.replace(/\n.{40}/, "\n") },
    /^cert\.pem holds no certificate; give one/m,
  ],
  "a key that is none": [
    { key: GOOD.cert },
    /^key\.pem holds no private key .*; give one in PEM$/m,
  ],
  "the key of another certificate": [
    { key: OTHER.key },
    /^key\.pem is not the key of cert\.pem; give the two that were made together$/m,
  ],
  "an expired certificate": [
    EXPIRED,
    /^cert\.pem expired on \d{4}-\d\d-\d\d; give a certificate that is still good$/m,
  ],
  "a certificate that is not good yet": [
    FUTURE,
    /^cert\.pem is not good before \d{4}-\d\d-\d\d; check the clock, or give another certificate$/m,
  ],
  "a CA of clients that is none": [
    { flags: [...FLAGS, "--tls-client-ca", "key.pem"] },
    /^key\.pem holds no certificate; give one/m,
  ],
};

for (const [what, [options, told]] of Object.entries(REFUSED)) {
  Deno.test(`serve - ${what} is told in one line`, async () => match(await refuse(options), told));
}

/** Whoever is root reads every file, unless without that privilege. */
const WITHOUT_PRIVILEGE: CommandLine = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
const isRoot = Deno.uid() === 0;
const canDrop = !isRoot || available(...WITHOUT_PRIVILEGE, "true");

Deno.test({
  name: `serve - an unreadable key is told in one line${canDrop ? "" : " (needs setpriv)"}`,
  ignore: !canDrop,
  async fn() {
    const under = isRoot ? WITHOUT_PRIVILEGE : undefined;
    const told = await refuse({ keyMode: 0o000, under });
    match(told, /^Cannot read key\.pem: this user is not allowed to$/m);
  },
});
