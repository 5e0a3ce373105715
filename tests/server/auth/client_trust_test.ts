/** Clients of mutual TLS whose CA is trusted no longer, or still, as the server runs. */
import { equal, rejects } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { RidesClient } from "../../../rides/client/client.ts";
import { ClientTrust } from "../../../rides/server/auth/client_trust.ts";
import type { CallGate } from "../../../rides/server/interceptors/call_gate.ts";
import { createServer, type RidesServer } from "../../../rides/server/server.ts";
import { issue, makeAuthority } from "../../../rides/tls/authority.ts";
import type { PemPair } from "../../../rides/tls/pem_files.ts";
import { eventually } from "../../support/eventually.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { POSITION } from "../../support/rides.ts";
import { TokensFile } from "../../support/tokens.ts";
import { TRANSPORTS } from "../../support/transports.ts";

const CA = await makeAuthority();
const SERVER = await issue(CA, { kind: "server", hosts: ["localhost"] });
const listen = ["127.0.0.1:0"];

const LOST = {
  status: "UNAUTHENTICATED",
  reason: "this server no longer trusts the client's certificate",
};

function clientOf(server: RidesServer, identity: PemPair, token?: string): RidesClient {
  const address = `localhost:${server.listeners[0]?.port}`;
  return new RidesClient({ address, token, tls: { ca: CA.cert, identity } });
}

for (const transport of TRANSPORTS) {
  Deno.test(`client trust - a CA that is taken out ends the calls of its clients, and no others (${transport})`, async () => {
    const [stays, leaves] = [await makeAuthority(), await makeAuthority()];
    const tls = { ...SERVER, clientCa: stays.cert + leaves.cert };
    await using server = await createServer({ listen, tls, transport });
    const client = async (ca: PemPair) =>
      clientOf(server, await issue(ca, { kind: "client", name: "alice" }));
    await using watching = await client(leaves);
    await using idle = await client(leaves);
    await using other = await client(stays);
    const [watch, others] = [watching, other].map((it) => it.cars.watch({ kind: "all" }));
    for (const it of [watch!, others!]) equal((await it.next()).value?.kind, "events");
    await idle.getInfor("trung");

    server.certificate!.replace({ ...tls, clientCa: stays.cert });
    await rejects(idle.getInfor("trung"), LOST);
    await rejects(watch!.next(), LOST);
    await other.track([POSITION]);
    equal((await others!.next()).value?.kind, "events");
  });

  Deno.test(`client trust - a client that need not have a certificate connects anew (${transport})`, async () => {
    await using folder = await TemporaryFolder.make();
    const before = await makeAuthority();
    const tokens = await new TokensFile(`${folder.path}/tokens`).write({ alice: "ride:write" });
    const tls = { ...SERVER, clientCa: before.cert, clientOptional: true };
    const auth = { tokensFile: tokens.path };
    await using server = await createServer({ listen, tls, transport, auth });
    const identity = await issue(before, { kind: "client", name: "alice" });
    await using alice = clientOf(server, identity, tokens.token("alice"));
    await alice.getInfor("trung");
    server.certificate!.replace({ ...tls, clientCa: CA.cert });
    await rejects(alice.getInfor("trung"), LOST);
    // Its certificate counts as none then, and its token does not.
    await eventually(
      "it is served over another connection",
      () => alice.getInfor("trung").then(() => true, () => false),
    );
  });

  Deno.test(`client trust - a CA that is added ends nothing, however clients are trusted (${transport})`, async () => {
    const root = await certificate("root", CA_USES);
    const between = await certificate("between", CA_USES, root);
    const below = await certificate("below", CA_USES, between);
    const chained = await certificate("chained", LEAF_USES, below);
    const pinned = await certificate("pinned", LEAF_USES);
    const clientCa = root.cert + pinned.cert;
    const tls = { ...SERVER, clientCa };
    await using server = await createServer({ listen, tls, transport });
    const identities = [
      { ...chained, cert: chained.cert + below.cert + between.cert },
      { ...chained, cert: chained.cert + between.cert + root.cert + below.cert },
      pinned,
    ];
    await using first = clientOf(server, identities[0]!);
    await using second = clientOf(server, identities[1]!);
    await using third = clientOf(server, identities[2]!);
    for (const client of [first, second, third]) await client.getInfor("trung");
    server.certificate!.replace({ ...tls, clientCa: clientCa + CA.cert });
    for (const client of [first, second, third]) await client.getInfor("trung");
  });
}

Deno.test("client trust - a connection that is gone is no reason to leave out the next", async () => {
  const [before, after] = [await makeAuthority(), await makeAuthority()];
  const leaf = new X509Certificate((await issue(before, { kind: "client", name: "alice" })).cert);
  const socket = { authorized: true, getPeerCertificate: () => ({ raw: leaf.raw }) };
  // Over `node`, a session that is destroyed has no socket.
  const calls = [{ destroyed: true, close() {} }, { destroyed: false, socket, close() {} }].map(
    (session) => ({ connection: { session } }),
  );
  const ended: unknown[] = [];
  const gate = {
    running: calls,
    endWhere: (statusFor: (call: unknown) => unknown) => ended.push(...calls.filter(statusFor)),
  };
  new ClientTrust(before.cert, gate as unknown as CallGate).replace(after.cert);
  await eventually("the other one has ended", () => ended.length > 0);
  equal(ended[0], calls[1]);
});

const CA_USES = [
  new BasicConstraintsExtension(true, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
];
const LEAF_USES = [new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true)];

interface Identity extends PemPair {
  readonly name: string;
  readonly keys: CryptoKeyPair;
}

/** A certificate that the issuer, or else its own key, has signed. */
async function certificate(
  name: string,
  extensions: Extension[],
  issuer?: Identity,
): Promise<Identity> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions,
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    name,
    keys,
    cert: `${made.toString("pem")}\n`,
    key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
  };
}
