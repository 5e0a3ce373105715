/** Clients of other makes at the listeners of one server: both families, plaintext, TLS, mutual TLS. */
import grpc from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { onTransport } from "../../../rides/runtime/mod.ts";
import { fromFileUrl, TemporaryFolder } from "../../support/paths.ts";
import { run } from "../../support/program.ts";
import { available } from "../../support/tools.ts";
import { Connection, sizeOf } from "./clients/grpc_js_connection.ts";
import { type CertificateFiles, certificates } from "./support/certificates.ts";
import { InteropServer, type InteropServerOptions } from "./support/interop_server.ts";
import { PROTO_FILE } from "./support/interop_service.ts";
import { findPython } from "./support/python.ts";
import { HEADERS, toBody, writeBody } from "./support/raw_request.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

/** What a client has: nothing, the CA of the server, or a certificate of its own as well. */
type Trust = "nothing" | "the CA" | "a certificate";

interface Listener extends InteropServerOptions {
  readonly host: string;
  readonly trust: Trust;
  /** Whose certificate the handler sees. */
  readonly name: string;
}

const mutual = certificates.serverCredentials({ demandClient: true });

const LISTENERS: Readonly<Record<string, Listener>> = {
  "IPv4, plaintext": { host: "127.0.0.1", trust: "nothing", name: "undefined" },
  "IPv6, plaintext": { host: "[::1]", trust: "nothing", name: "undefined" },
  "IPv4, TLS": { host: "127.0.0.1", security: "TLS", trust: "the CA", name: "undefined" },
  "IPv6, TLS": { host: "[::1]", security: "TLS", trust: "the CA", name: "undefined" },
  "IPv4, mutual TLS": {
    host: "127.0.0.1",
    credentials: mutual,
    trust: "a certificate",
    name: "driver",
  },
  "IPv6, mutual TLS": {
    host: "[::1]",
    credentials: mutual,
    trust: "a certificate",
    name: "driver",
  },
};

interface Client {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly missing: string | undefined;
  /** Whether a UnaryCall at the address is answered with OK. */
  answered(address: string, trust: Trust, files: CertificateFiles): Promise<boolean>;
}

const python = findPython("grpc");

const CLIENTS: readonly Client[] = [
  {
    name: "curl",
    missing: available("curl", "--version") ? undefined : "curl is missing",
    async answered(address, trust, { ca, clientCert, clientKey }) {
      await using folder = await TemporaryFolder.make();
      const body = await writeBody(folder.path, toBody("UnaryCall", {}));
      const secured = {
        "nothing": ["--http2-prior-knowledge"],
        "the CA": ["--cacert", ca],
        "a certificate": ["--cacert", ca, "--cert", clientCert, "--key", clientKey],
      }[trust];
      const { code, stdout } = await run([
        "curl",
        "--silent",
        "--max-time",
        "20",
        "--globoff",
        ...secured,
        ...HEADERS.flatMap((line) => ["--header", line]),
        "--data-binary",
        `@${body}`,
        "--dump-header",
        "-",
        "--output",
        "/dev/null",
        `${trust === "nothing" ? "http" : "https"}://${address}/grpc.testing.TestService/UnaryCall`,
      ]);
      return code === 0 && /^grpc-status: 0\r$/m.test(stdout);
    },
  },
  {
    name: "Python",
    missing: python === undefined ? "python3-grpcio is missing" : undefined,
    async answered(address, trust, { ca, clientCert, clientKey }) {
      const given = {
        "nothing": [],
        "the CA": [ca],
        "a certificate": [ca, clientCert, clientKey],
      }[trust];
      const script = fromFileUrl(new URL("clients/python_call.py", import.meta.url));
      const { code, stdout, stderr } = await run([python!, script, address, ...given]);
      assert.equal(code, 0, stderr);
      return stdout === "OK\n";
    },
  },
];

for (const { name: target, transport } of TARGETS) {
  for (const security of ["plaintext", "TLS"] as const) {
    Deno.test({
      name: `grpc-js on ${target}, ${security} - is served on a Unix socket`,
      ignore: Deno.build.os === "windows",
      fn: async () => {
        await using folder = await TemporaryFolder.make();
        await using files = await certificates.writeFiles();
        const address = `unix:${join(folder.path, "socket")}`;
        await using server = await InteropServer.start({ transport, security, host: address });
        const ca = security === "TLS" ? files.ca : "";
        const connection = new Connection({ proto: PROTO_FILE, address, ca });
        const answer = await connection.unary("UnaryCall", { response_size: 100_000 });
        assert.equal(sizeOf(answer!), 100_000);
        assert.deepEqual([...server.service.peers], ["unknown"], "it has no address");
        connection.close();
      },
    });
  }

  for (const client of CLIENTS) {
    testWith(
      client.missing,
      `${client.name} on ${target} - is served by every listener of one server`,
      async (context) => {
        await using files = await certificates.writeFiles();
        await using server = await InteropServer.start({ transport });
        for (const [what, { trust, name, ...options }] of Object.entries(LISTENERS)) {
          await context.step(`${client.name} on ${target} - ${what}`, async () => {
            const port = await server.listen({ transport, ...options });
            server.service.names.clear();
            server.service.peers.clear();
            assert(await client.answered(`${options.host}:${port}`, trust, files));
            assert.deepEqual([...server.service.names], [name], "the handler knows who calls");
            const [peer] = server.service.peers;
            assert(peer?.startsWith(`${options.host.replace(/[[\]]/g, "")}:`), `from ${peer}`);
          });
        }
      },
    );

    testWith(
      client.missing,
      `${client.name} on ${target} - is served on a connection that was accepted elsewhere`,
      async () => {
        await using files = await certificates.writeFiles();
        await using server = await InteropServer.start({ transport });
        const plaintext = grpc.ServerCredentials.createInsecure();
        const injector = onTransport(
          transport,
          () => server.grpc.createConnectionInjector(plaintext),
        );
        const acceptor = net.createServer((socket) => injector.injectConnection(socket));
        acceptor.listen(0, "127.0.0.1");
        await once(acceptor, "listening");
        const { port } = acceptor.address() as AddressInfo;
        assert(await client.answered(`127.0.0.1:${port}`, "nothing", files));
        acceptor.close();
        await once(acceptor, "close");
      },
    );

    testWith(
      client.missing,
      `${client.name} on ${target} - without its certificate is refused by mutual TLS`,
      async () => {
        await using files = await certificates.writeFiles();
        await using server = await InteropServer.start({ transport, credentials: mutual });
        assert(!await client.answered(server.address, "the CA", files));
        assert.equal(server.service.names.size, 0, "no handler heard of it");
        assert(await client.answered(server.address, "a certificate", files), "others are served");
      },
    );
  }
}
