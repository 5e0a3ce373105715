/** A certificate authority of this run, and what servers and clients need of it. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import grpc from "@grpc/grpc-js";
import { issue, makeAuthority } from "../../../../rides/tls/authority.ts";
import type { PemPair } from "../../../../rides/tls/pem_files.ts";
import { TemporaryFolder } from "../../../support/paths.ts";

const authority = await makeAuthority();
const server = await issue(authority, {
  kind: "server",
  hosts: ["localhost", "127.0.0.1", "::1"],
});
const client = await issue(authority, { kind: "client", name: "driver" });

/** What a client is given as files. */
export interface CertificateFiles extends AsyncDisposable {
  readonly ca: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

export const certificates = {
  /** `demandClient`: a client without a certificate of the authority is refused. */
  serverCredentials({ demandClient = false } = {}): grpc.ServerCredentials {
    const roots = demandClient ? Buffer.from(authority.cert) : Buffer.alloc(0);
    return grpc.ServerCredentials.createSsl(roots, [toKeyCertPair(server)], demandClient);
  },

  issueServer(host: string): Promise<PemPair> {
    return issue(authority, { kind: "server", hosts: [host] });
  },

  async writeFiles(): Promise<CertificateFiles> {
    const folder = await TemporaryFolder.make();
    const files = {
      ca: join(folder.path, "ca.crt"),
      clientCert: join(folder.path, "client.crt"),
      clientKey: join(folder.path, "client.key"),
    };
    await Deno.writeTextFile(files.ca, authority.cert);
    await Deno.writeTextFile(files.clientCert, client.cert);
    await Deno.writeTextFile(files.clientKey, client.key);
    return { ...files, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  },
};

export function toKeyCertPair({ cert, key }: PemPair): grpc.KeyCertPair {
  return { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
}
