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
      await assertEndsGently(held);
      await shutdown;
    });

    testWith(library.missing, `${peers} - unbind ends one listener as gently`, async () => {
      await using held = await hold(library, target);
      const other = await held.server.listen(target);
      held.server.grpc.unbind(held.server.address);
      await assertEndsGently(held);
      await using elsewhere = await LibraryClient.start(library, "hold", `127.0.0.1:${other}`);
      assert.deepEqual(await elsewhere.next(), { chatting: true });
    });

    testWith(
      library.missing,
      `${peers} - drain ends calls after its grace, and serves on`,
      async () => {
        await using held = await hold(library, target);
        held.server.grpc.drain(held.server.address, 50);
        await eventually("both calls are cancelled", () => held.server.service.cancelled === 2);
        held.answer();
        await held.client.goOn();
        const { later, ...codes } = await held.ended();
        for (const code of Object.values(codes)) assertCutOff(code);
        assert.equal(later, status.OK);
      },
    );

    testWith(library.missing, `${peers} - forceShutdown ends calls as UNAVAILABLE`, async () => {
      await using held = await hold(library, target);
      held.server.grpc.forceShutdown();
      await held.client.goOn();
      const { later, ...codes } = await held.ended();
      for (const code of Object.values(codes)) assertCutOff(code);
      assert.equal(later, status.UNAVAILABLE);
      await eventually("both calls are cancelled", () => held.server.service.cancelled === 2);
      held.answer();
    });
  }
}

/** Running calls finish, and later ones are refused. */
async function assertEndsGently(
  { client, answer, ended }: Awaited<ReturnType<typeof hold>>,
): Promise<void> {
  await client.goOn();
  answer();
  assert.deepEqual(await ended(), {
    unary: status.OK,
    chat: status.OK,
    later: status.UNAVAILABLE,
  });
}

/** CANCELLED is what grpc-js makes of a stream's reset by CANCEL. */
function assertCutOff(code: unknown): void {
  assert([status.UNAVAILABLE, status.CANCELLED].includes(code as number), `${code}`);
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
