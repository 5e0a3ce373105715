/** Which kinds of keys a server can have: those that its TLS can sign with. */
import { equal, rejects } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createServer } from "../../rides/server/server.ts";
import { loadPair } from "../../rides/tls/load.ts";
import { presentedCertificate } from "../support/handshake.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { run } from "../support/program.ts";
import { available } from "../support/tools.ts";

const ignore = !available("openssl", "version");
const curve = (name: string) => ["ec", "-pkeyopt", `ec_paramgen_curve:${name}`];

/** Makes a certificate for localhost whose key is new, and of that kind. */
async function make(cert: string, key: string, kind: readonly string[]): Promise<void> {
  const request = ["req", "-x509", "-days", "90", "-nodes", "-subj", "/CN=localhost"];
  const files = ["-out", cert, "-keyout", key];
  const { code, stderr } = await run(["openssl", ...request, ...files, "-newkey", ...kind]);
  equal(code, 0, stderr);
}

const GOOD = [["rsa:2048"], ["ed25519"], curve("P-256"), curve("P-384"), curve("P-521")];

for (const kind of GOOD) {
  Deno.test({ name: `keys - TLS is served with one of ${kind.at(-1)}`, ignore }, async () => {
    await using folder = await TemporaryFolder.make();
    const [cert, key] = [`${folder.path}/cert.pem`, `${folder.path}/key.pem`];
    await make(cert, key, kind);
    const tls = await loadPair(cert, key);
    await using server = await createServer({ listen: ["127.0.0.1:0"], tls });
    const { fingerprint256 } = new X509Certificate(tls.cert);
    equal(await presentedCertificate(server.listeners[0]!.port), fingerprint256);
  });
}

const ADVICE = "which TLS cannot sign with here; make one of RSA, Ed25519, P-256, P-384 or P-521";
const REFUSED: [kind: string[], why: string][] = [
  [["rsa:1024"], "is an RSA key of 1024 bits; TLS asks for 2048 or more: make another"],
  [["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], `is a key of rsa-pss, ${ADVICE}`],
  [["ed448"], `is a key of ed448, ${ADVICE}`],
  [curve("secp256k1"), `is a key of secp256k1, ${ADVICE}`],
];

for (const [kind, why] of REFUSED) {
  Deno.test({ name: `keys - one that ${why} is refused`, ignore }, async () => {
    await using folder = await TemporaryFolder.make();
    const [cert, key] = [`${folder.path}/cert.pem`, `${folder.path}/key.pem`];
    await make(cert, key, kind);
    await rejects(loadPair(cert, key), { name: "TlsFileError", message: `${key} ${why}` });
  });
}
