/** The end of a server as each client library sees it. */
import assert from "node:assert/strict";
import grpc from "@grpc/grpc-js";
import { eventually } from "../../support/eventually.ts";
import { InteropServer } from "./support/interop_server.ts";
import { LIBRARIES, type Library, LibraryClient } from "./support/libraries.ts";
import { type Target, TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

const { status } = grpc;

for (const library of LIBRARIES) {
  for (const target of TARGETS) {
    const peers = `${library.name} on ${target.name}`;

    testWith(library.missing, `${peers} - tryShutdown lets running calls finish`, async () => {
      await using held = await hold(library, target);
      let hasShutDown = false;
      const shutdown = new Promise<void>((resolve) =>
        held.server.grpc.tryShutdown(() => {
          hasShutDown = true;
          resolve();
        })
      );
      assert(!hasShutDown);
      await held.client.goOn();
      held.answer();
      assert.deepEqual(await held.ended(), {
        unary: status.OK,
        chat: status.OK,
        later: status.UNAVAILABLE,
      });
      await shutdown;
    });

    testWith(library.missing, `${peers} - forceShutdown ends calls as UNAVAILABLE`, async () => {
      await using held = await hold(library, target);
      held.server.grpc.forceShutdown();
      await held.client.goOn();
      const { later, ...codes } = await held.ended();
      // CANCELLED is what grpc-js makes of a stream's reset by CANCEL.
      for (const code of Object.values(codes)) {
        assert([status.UNAVAILABLE, status.CANCELLED].includes(code as number), `${code}`);
      }
      assert.equal(later, status.UNAVAILABLE);
      await eventually("both calls are cancelled", () => held.server.service.cancelled === 2);
      held.answer();
    });
  }
}

/** A client with a unary call and a chat that both wait. */
async function hold(library: Library, { transport }: Target) {
  const server = await InteropServer.start({ transport });
  const { promise, resolve: answer } = Promise.withResolvers<void>();
  let waiting = 0;
  server.service.beforeAnswer = () => {
    waiting++;
    return promise;
  };
  const client = await LibraryClient.start(library, "hold", server.address);
  assert.deepEqual(await client.next(), { chatting: true });
  await eventually("a call waits", () => waiting === 1);
  return {
    server,
    client,
    answer,
    /** The statuses of the client's calls. */
    ended: async () => Object.assign({}, ...await client.rest()) as Record<string, unknown>,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
