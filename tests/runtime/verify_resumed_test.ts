import { equal } from "node:assert/strict";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { createServer } from "../../rides/server/server.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import type { PemPair } from "../../rides/tls/pem_files.ts";
import { fromFileUrl, TemporaryFolder } from "../support/paths.ts";
import { available } from "../support/tools.ts";

const PYTHON = "/usr/bin/python3";
const HOSTS = { kind: "server", hosts: ["localhost"] } as const;
const listen = ["127.0.0.1:0"];

/** A client that has a session with a server, and resumes it when it is told to. */
class ResumingClient implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #stdout: ReadableStreamDefaultReader<string>;

  private constructor(args: string[]) {
    const program = fromFileUrl(new URL("fixtures/resuming_client.py", import.meta.url));
    this.#child = new Deno.Command(PYTHON, {
      args: [program, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#stdout = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async start(port: number, version: string, clientPem: string): Promise<ResumingClient> {
    const client = new ResumingClient([`${port}`, version, clientPem]);
    equal(await client.#line(), "ready");
    return client;
  }

  /** Whether the server resumed the session, and whether it spoke to the client then. */
  async resume(): Promise<string> {
    await this.#stdin.write(new TextEncoder().encode("\n"));
    const [resumed, answered] = (await this.#line()).split(" ");
    return `${resumed === "1" ? "resumed" : "not resumed"}, ${
      answered === "1" ? "" : "not "
    }answered`;
  }

  async #line(): Promise<string> {
    let text = "";
    while (!text.endsWith("\n")) {
      const { done, value } = await this.#stdout.read();
      if (done) throw new Error("the client has ended");
      text += value;
    }
    return text.trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close();
    await this.#child.status;
    await this.#stdout.cancel();
  }
}

const CASES = (["engine", "node"] as const).flatMap((transport) =>
  ["TLSv1_2", "TLSv1_3"].flatMap((version) =>
    [false, true].map((clientOptional) => ({ transport, version, clientOptional }))
  )
);

for (const { transport, version, clientOptional } of CASES) {
  const how = `${version}, ${transport}${clientOptional ? ", certificates optional" : ""}`;
  Deno.test({
    name: `a resumed session - is of a client that is trusted today (${how})`,
    ignore: !available(PYTHON, "-c", "import ssl"),
  }, async () => {
    await using folder = await TemporaryFolder.make();
    const [ca, before, after] = [
      await makeAuthority(),
      await makeAuthority(),
      await makeAuthority(),
    ];
    const alice = await issue(before, { kind: "client", name: "alice" });
    const pem = `${folder.path}/alice.pem`;
    await Deno.writeTextFile(pem, alice.cert + alice.key);
    const tls = { ...await issue(ca, HOSTS), clientCa: before.cert, clientOptional };
    await using server = await createServer({ listen, tls, transport });
    await using client = await ResumingClient.start(server.listeners[0]!.port, version, pem);

    equal(await client.resume(), "resumed, answered");
    // Other certificates of the server are no reason to forget its clients.
    server.certificate!.replace({ ...await issue(ca, HOSTS), clientCa: before.cert + ca.cert });
    equal(await client.resume(), "resumed, answered");
    server.certificate!.replace({ ...tls, clientCa: after.cert });
    equal(await client.resume(), "resumed, not answered");
  });
}

for (const transport of ["engine", "node"] as const) {
  Deno.test({
    name:
      `a resumed session - is of a client that TLS would trust, however far from its CA (${transport})`,
    ignore: !available(PYTHON, "-c", "import ssl"),
  }, async () => {
    await using folder = await TemporaryFolder.make();
    const root = await certificate("root", CA_USES);
    const between = await certificate("between", CA_USES, root);
    const below = await certificate("below", CA_USES, between);
    const chained = await certificate("chained", LEAF_USES, below);
    const pinned = await certificate("pinned", LEAF_USES);
    const tls = { ...await issue(await makeAuthority(), HOSTS), clientCa: root.cert + pinned.cert };
    await using server = await createServer({ listen, tls, transport });
    const pem = `${folder.path}/client.pem`;
    for (
      const identity of [
        chained.cert + below.cert + between.cert + chained.key,
        chained.cert + between.cert + root.cert + below.cert + chained.key,
        pinned.cert + pinned.key,
      ]
    ) {
      await Deno.writeTextFile(pem, identity);
      await using client = await ResumingClient.start(server.listeners[0]!.port, "TLSv1_3", pem);
      equal(await client.resume(), "resumed, answered");
    }
  });
}

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
