import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { Connection } from "./clients/grpc_js_connection.ts";
import { InteropServer, type Security } from "./support/interop_server.ts";
import { PROTO_FILE } from "./support/interop_service.ts";
import { LIBRARIES, LibraryClient } from "./support/libraries.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

/** How many connections shall have ended while calls were made. */
const CONNECTIONS = 3;

const serverOptions = {
  "grpc.max_connection_age_ms": 500,
  "grpc.max_connection_age_grace_ms": 10_000,
};

for (const library of LIBRARIES) {
  for (const { name, transport } of TARGETS) {
    // These tests are long; TLS changes the engine's part alone.
    const securities: readonly Security[] = transport.kind === "engine"
      ? ["plaintext", "TLS"]
      : ["plaintext"];
    for (const security of securities) {
      testWith(
        library.missing,
        `${library.name} on ${name}, ${security} - no call fails while connections end after 500 ms`,
        async () => {
          await using server = await InteropServer.start({ transport, security, serverOptions });
          await using client = await LibraryClient.start(library, "load", server.address, security);
          await eventually("further connections", () => server.service.peers.size > CONNECTIONS);
          await client.goOn();
          const [{ calls, failures }] = await client.rest() as [
            { calls: number; failures: string[] },
          ];
          assert.deepEqual(failures, []);
          assert(calls > CONNECTIONS);
        },
      );
    }
  }
}

for (const { name, transport } of TARGETS) {
  Deno.test(`grpc-js on ${name} - a connection without calls ends, which harms no later one`, async () => {
    const serverOptions = { "grpc.max_connection_idle_ms": 100 };
    await using server = await InteropServer.start({ transport, serverOptions });
    const connection = new Connection({ proto: PROTO_FILE, address: server.address, ca: "" });
    await eventually("a call comes on a new connection", async () => {
      await connection.unary("UnaryCall", {});
      await new Promise((resolve) => setTimeout(resolve, 300));
      return server.service.peers.size > 1;
    });
    connection.close();
  });
}
