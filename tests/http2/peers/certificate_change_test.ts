/** A certificate that is replaced while the server runs, as other makes of TLS and HTTP/2 see it. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import grpc from "@grpc/grpc-js";
import { TlsCredentials } from "../../../rides/server/tls_credentials.ts";
import { run } from "../../support/program.ts";
import { available } from "../../support/tools.ts";
import { type CertificateFiles, certificates } from "./support/certificates.ts";
import { InteropServer } from "./support/interop_server.ts";
import { LIBRARIES, LibraryClient } from "./support/libraries.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

const { OK } = grpc.status;

const noOpenssl = available("openssl", "version") ? undefined : "openssl is missing";

for (const { name, transport } of TARGETS) {
  testWith(noOpenssl, `openssl on ${name} - is shown the certificate of now`, async () => {
    await using files = await certificates.writeFiles();
    const [first, second] = await Promise.all([
      certificates.issueServer("localhost"),
      certificates.issueServer("localhost"),
    ]);
    const credentials = new TlsCredentials(first);
    await using server = await InteropServer.start({ transport, credentials });
    assert.equal(await shown(server.port, files), fingerprintOf(first.cert));
    credentials.replace(second);
    assert.equal(await shown(server.port, files), fingerprintOf(second.cert));
  });

  for (const library of LIBRARIES) {
    const peers = `${library.name} on ${name}`;
    testWith(
      library.missing,
      `${peers} - calls go on over a change of certificate, and new clients are served`,
      async () => {
        const credentials = new TlsCredentials(await certificates.issueServer("localhost"));
        await using server = await InteropServer.start({ transport, credentials });
        const answered = Promise.withResolvers<void>();
        server.service.beforeAnswer = () => answered.promise;
        await using held = await LibraryClient.start(library, "hold", server.address, "TLS");
        assert.deepEqual(await held.next(), { chatting: true });
        credentials.replace(await certificates.issueServer("localhost"));
        answered.resolve();
        await using later = await LibraryClient.start(library, "hold", server.address, "TLS");
        assert.deepEqual(await later.next(), { chatting: true });
        for (const client of [held, later]) {
          await client.goOn();
          const codes = Object.assign({}, ...await client.rest());
          assert.deepEqual(codes, { unary: OK, chat: OK, later: OK });
        }
      },
    );
  }
}

/** SHA-256 of the certificate that openssl is shown, and finds to be of the CA. */
async function shown(port: number, { ca }: CertificateFiles): Promise<string> {
  const { stdout, stderr } = await run([
    "openssl",
    "s_client",
    "-connect",
    `127.0.0.1:${port}`,
    "-servername",
    "localhost",
    "-alpn",
    "h2",
    "-CAfile",
    ca,
    "-verify_return_error",
  ]);
  assert.match(stdout, /^ALPN protocol: h2$/m, stderr);
  assert.match(stdout, /^Verification: OK$/m);
  const [pem] = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(stdout) ?? [];
  return fingerprintOf(pem ?? "");
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
