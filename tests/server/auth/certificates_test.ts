/** Callers that are known by their certificates, over both transports. */
import { equal, match, rejects } from "node:assert/strict";
import "reflect-metadata";
import {
  type JsonGeneralNames,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { RidesClient } from "../../../rides/client/client.ts";
import type { Position } from "../../../rides/domain/position.ts";
import { createServer } from "../../../rides/server/server.ts";
import { issue, makeAuthority } from "../../../rides/tls/authority.ts";
import { parseCertificateName } from "../../../rides/tls/certificate_name.ts";
import { certificateNames } from "../../../rides/tls/certificate_names.ts";
import type { PemPair } from "../../../rides/tls/pem_files.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { POSITION, RIDE } from "../../support/rides.ts";
import { TokensFile } from "../../support/tokens.ts";
import { TRANSPORTS } from "../../support/transports.ts";

const CA = await makeAuthority();
const SERVER = await issue(CA, { kind: "server", hosts: ["localhost"] });
const client = (name: string) => issue(CA, { kind: "client", name });
const ALICE = await client("alice");
const BOB = await client("bob");
const STRANGER = await client("stranger");
/** Has the name of somebody in the lists, and another CA. */
const IMPOSTOR = await issue(await makeAuthority(), { kind: "client", name: "alice" });
const EXPIRED = await issue(CA, { kind: "client", name: "alice" }, Date.now() - 366 * 86_400_000);

/** A server with mutual TLS and these lists. */
class Mutual implements AsyncDisposable {
  private constructor(
    readonly folder: TemporaryFolder,
    readonly server: Awaited<ReturnType<typeof createServer>>,
    readonly tokens: TokensFile,
  ) {}

  static async start(
    transport: "engine" | "node",
    certs: string,
    tokens: Record<string, string> = {},
    clientOptional = false,
  ): Promise<Mutual> {
    const folder = await TemporaryFolder.make();
    const certsFile = `${folder.path}/certs`;
    await Deno.writeTextFile(certsFile, certs);
    const list = await new TokensFile(`${folder.path}/tokens`).write(tokens);
    const server = await createServer({
      listen: ["127.0.0.1:0"],
      transport,
      graceMs: 0,
      tls: { ...SERVER, clientCa: CA.cert, clientOptional },
      auth: { certsFile, tokensFile: list.path },
    });
    return new Mutual(folder, server, list);
  }

  client(identity: PemPair | undefined, token?: string): RidesClient {
    const address = `localhost:${this.server.listeners[0]?.port}`;
    return new RidesClient({ address, token, tls: { ca: CA.cert, identity } });
  }

  async write(certs: string): Promise<void> {
    await Deno.writeTextFile(`${this.folder.path}/certs`, certs);
    await this.server.callers?.reload();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
    await this.folder[Symbol.asyncDispose]();
  }
}

for (const transport of TRANSPORTS) {
  Deno.test(`certificates - name the caller, and what it may (${transport})`, async () => {
    await using mutual = await Mutual.start(
      transport,
      "# people\nalice ride:write CN=alice\nbob position:write:car=8 CN=bob\n",
    );
    await using alice = mutual.client(ALICE);
    match(await alice.start(RIDE), /^[0-9a-f-]{36}$/);
    await using bob = mutual.client(BOB);
    await rejects(bob.start(RIDE), {
      status: "PERMISSION_DENIED",
      reason: "bob needs the scope ride:write to call /Rides/Start",
    });
    equal(await bob.track([{ ...POSITION, carId: 8n }]), 1);
    await rejects(bob.track([POSITION]), { status: "PERMISSION_DENIED" });
    await using stranger = mutual.client(STRANGER);
    await rejects(stranger.start(RIDE), {
      status: "UNAUTHENTICATED",
      reason: "no token, and no client certificate that this server knows",
    });
  });

  Deno.test(`certificates - may be optional, beside tokens (${transport})`, async () => {
    const certs = "alice ride:write CN=alice\n";
    const tokens = { writer: "ride:write" };
    await using mutual = await Mutual.start(transport, certs, tokens, true);
    const writer = mutual.tokens.token("writer");
    const missing = "no token, and no client certificate that this server knows";
    const unknown = { status: "UNAUTHENTICATED", reason: missing };
    const CALLERS: [what: string, PemPair | undefined, string | undefined, object | undefined][] = [
      ["a certificate of the list", ALICE, undefined, undefined],
      ["a token", undefined, writer, undefined],
      ["a token, and a certificate that is not in the list", STRANGER, writer, undefined],
      ["a token, and a certificate of another CA", IMPOSTOR, writer, undefined],
      ["a certificate of the list, and a token that is none", ALICE, "none", {
        status: "UNAUTHENTICATED",
      }],
      ["neither", undefined, undefined, unknown],
      ["a certificate that is not in the list", STRANGER, undefined, unknown],
      ["a certificate of another CA", IMPOSTOR, undefined, unknown],
      ["a certificate that has ended", EXPIRED, undefined, unknown],
      ["a certificate of a server", SERVER, undefined, unknown],
    ];
    for (const [what, identity, token, refusal] of CALLERS) {
      await using caller = mutual.client(identity, token);
      if (refusal) await rejects(caller.start(RIDE), refusal, what);
      else match(await caller.start(RIDE), /^[0-9a-f-]{36}$/, what);
    }
  });

  Deno.test(`certificates - are looked up again when the list has changed (${transport})`, async () => {
    await using mutual = await Mutual.start(transport, "alice ride:write CN=alice\n");
    await using alice = mutual.client(ALICE);
    await using bob = mutual.client(BOB);
    await alice.start(RIDE);
    await rejects(bob.start(RIDE), { status: "UNAUTHENTICATED" });
    await mutual.write("bob ride:write CN=bob\n");
    await bob.start(RIDE);
    await rejects(alice.start(RIDE), { status: "UNAUTHENTICATED" });
  });

  const TAKEN = { UNAUTHENTICATED: "alice ride:write", PERMISSION_DENIED: "bob ride:write" };
  for (const [status, line] of Object.entries(TAKEN)) {
    Deno.test(`certificates - a running call ends ${status} where the list is "${line}" (${transport})`, async () => {
      await using mutual = await Mutual.start(transport, "bob position:write CN=bob\n");
      await using bob = mutual.client(BOB);
      const ended = Promise.withResolvers<void>();
      async function* positions(): AsyncIterable<Position> {
        yield POSITION;
        await ended.promise;
      }
      const track = rejects(bob.track(positions()), { status });
      await bob.track([POSITION]); // By now the other one has arrived.
      const [name] = line.split(" ");
      await mutual.write(`${line} CN=${name}\n`);
      ended.resolve();
      await track;
    });
  }

  Deno.test(`certificates - a token that is sent goes before them (${transport})`, async () => {
    await using mutual = await Mutual.start(
      transport,
      "alice ride:write CN=alice\n",
      { reader: "ride:read", writer: "ride:write" },
    );
    await using writer = mutual.client(STRANGER, mutual.tokens.token("writer"));
    await writer.start(RIDE);
    await using reader = mutual.client(ALICE, mutual.tokens.token("reader"));
    await rejects(reader.start(RIDE), { status: "PERMISSION_DENIED" });
    await using wrong = mutual.client(ALICE, "rides_wrong");
    await rejects(wrong.start(RIDE), { status: "UNAUTHENTICATED" });
  });
}

Deno.test("certificates - without mutual TLS a list of them is refused", async () => {
  await rejects(createServer({ tls: SERVER, auth: { certsFile: "certs" } }), {
    name: "TypeError",
    message: "auth.certsFile: only with tls.clientCa do clients have a certificate",
  });
});

/** The names in a certificate with this subject and these alternatives. */
async function namesOf(name: string, alternatives: JsonGeneralNames = []): Promise<string[]> {
  const keys = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  const { rawData } = await X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: alternatives.length > 0 ? [new SubjectAlternativeNameExtension(alternatives)] : [],
  });
  return certificateNames(new Uint8Array(rawData));
}

Deno.test("certificateNames - URIs, then DNS names in small letters, then the common name", async () => {
  const names = await namesOf("CN=Van 7, O=Fleet", [
    { type: "dns", value: "Van-7.Example.org" },
    { type: "ip", value: "127.0.0.1" },
    { type: "url", value: "spiffe://example.org/van-7" },
  ]);
  equal(names.join("; "), "URI=spiffe://example.org/van-7; DNS=van-7.example.org; CN=Van 7");
});

Deno.test("certificateNames - a name that is written as several is one", async () => {
  equal((await namesOf("CN=bob\\, CN\\=alice")).join("; "), "CN=bob, CN=alice");
  const dns = [{ type: "dns", value: "x, DNS:alice, URI:alice" }] as const;
  equal((await namesOf("O=Fleet", [...dns])).join("; "), "DNS=x, dns:alice, uri:alice");
});

Deno.test("certificateNames - of two common names none counts", async () => {
  equal((await namesOf("CN=alice, CN=bob")).join("; "), "");
});

Deno.test("certificateNames - what is no certificate has none", () => {
  equal(certificateNames(new Uint8Array([48, 3, 1, 2])).length, 0);
});

for (
  const [text, name] of [
    ["CN=John Doe", "CN=John Doe"],
    ["DNS=Van-7.example.ORG", "DNS=van-7.example.org"],
    ["URI=spiffe://Example.org/Van", "URI=spiffe://Example.org/Van"],
    ["alice", undefined],
    ["CN=", undefined],
    ["cn=alice", undefined],
    ["O=Fleet", undefined],
  ] as const
) {
  Deno.test(`parseCertificateName - ${text} is ${name ?? "none"}`, () => {
    let parsed;
    try {
      parsed = parseCertificateName(text);
    } catch (error) {
      match((error as Error).message, /^the credential has to be a name in a certificate: CN=/);
    }
    equal(parsed, name);
  });
}
