/** PINGs that keep a connection alive, from either side. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import grpc from "@grpc/grpc-js";
import { PREFACE, settings } from "../support/frames.ts";
import { InteropServer } from "./support/interop_server.ts";
import { LIBRARIES, LibraryClient } from "./support/libraries.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

const CALL_MS = 600;

/** Takes pings as often as they come; the clients here send twenty a second. */
const limits = { minPingIntervalMs: 0 };

for (const { name, transport } of TARGETS) {
  for (const library of LIBRARIES) {
    testWith(
      library.missing,
      `${library.name} on ${name} - a long call outlives the keepalive of both sides`,
      async () => {
        const serverOptions = {
          "grpc.keepalive_time_ms": 50,
          "grpc.keepalive_timeout_ms": 5_000,
        };
        await using server = await InteropServer.start({
          transport: { ...transport, limits },
          serverOptions,
        });
        server.service.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, CALL_MS));
        await using client = await LibraryClient.start(library, "keepalive", server.address);
        assert.deepEqual(await client.rest(), [{ unary: grpc.status.OK }]);
      },
    );
  }

  Deno.test(`a silent client on ${name} - is hung up on when it answers no PING`, async () => {
    const serverOptions = { "grpc.keepalive_time_ms": 50, "grpc.keepalive_timeout_ms": 200 };
    await using server = await InteropServer.start({ transport, serverOptions });
    const socket = net.connect(server.port, "127.0.0.1");
    const received: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    socket.write(Buffer.concat([PREFACE, settings()]));
    await once(socket, "close");
    const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0]);
    assert(Buffer.concat(received).includes(ping), "no PING came");
  });
}

// Python's grpcio holds itself to two pings before an answer.
for (const library of LIBRARIES.filter(({ name }) => name.startsWith("grpc-js"))) {
  testWith(
    library.missing,
    `${library.name} on the engine - learns from the end of its call that it pings too often`,
    async () => {
      await using server = await InteropServer.start();
      const released = Promise.withResolvers<void>();
      server.service.beforeAnswer = () => released.promise;
      await using client = await LibraryClient.start(library, "keepalive", server.address);
      assert.deepEqual(await client.rest(), [{ unary: grpc.status.RESOURCE_EXHAUSTED }]);
      released.resolve();
    },
  );
}
