/** grpc's interop cases, by its client libraries against grpc-js's server on both transports. */
import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { CANCELLING_CASES, INTEROP_CASES } from "./support/interop_cases.ts";
import { InteropServer, type Security } from "./support/interop_server.ts";
import { LIBRARIES, type Library, LibraryClient } from "./support/libraries.ts";
import { type Target, TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

for (const library of LIBRARIES) {
  for (const target of TARGETS) {
    for (const security of ["plaintext", "TLS"] as const) {
      const peers = `${library.name} on ${target.name}, ${security}`;
      testWith(
        library.missing,
        `${peers} - interop cases`,
        (context) => testInterop(context, peers, library, target, security),
      );
    }
  }
}

async function testInterop(
  context: Deno.TestContext,
  peers: string,
  library: Library,
  { transport }: Target,
  security: Security,
): Promise<void> {
  await using server = await InteropServer.start({ transport, security });
  await using client = await LibraryClient.start(library, "interop", server.address, security);
  const events = await client.rest();
  const failures = new Map(events.map(({ case: name, failure }) => [name, failure]));
  for (const [name, criterion] of Object.entries(INTEROP_CASES)) {
    await context.step(`${peers} - ${name} ${criterion}`, () => {
      assert(failures.has(name), "the client has no such case");
      assert(!failures.get(name), String(failures.get(name)));
    });
  }
  await context.step(
    `${peers} - handlers learn that their calls were cancelled`,
    async () => {
      await eventually(
        "as many cancelled calls",
        () => server.service.cancelled >= CANCELLING_CASES,
      );
    },
  );
}
