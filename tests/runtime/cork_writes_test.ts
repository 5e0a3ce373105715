import { equal, ok } from "node:assert/strict";
import { run, ServingProgram } from "../support/program.ts";
import { type CallingClientReport, fixture, mayGo, type Runtime } from "./fixtures/mod.ts";

const CALLS = 200;

/** How often each side writes to its socket for a unary call, with twenty of them in flight. */
async function writesPerCall(runtime: Runtime): Promise<{ client: number; server: number }> {
  await using server = await ServingProgram.of(fixture("echo_server.ts", runtime, {}));
  const settings = { address: server.address, atOnce: 20, calls: CALLS };
  const { stdout, stderr } = await run(fixture("calling_client.ts", runtime, settings));
  const { answered, writes, last }: CallingClientReport = JSON.parse(stdout);
  equal(answered, CALLS, stderr);
  return { client: writes / CALLS, server: last / CALLS };
}

Deno.test("corkWrites - answers and requests share their writes", async () => {
  const { client, server } = await writesPerCall("mended");
  ok(server < 1, `the server writes ${server} times a call`);
  ok(client < 1, `the client writes ${client} times a call`);
});

Deno.test("corkWrites - without it each frame is a write", async () => {
  const { client, server } = await writesPerCall("bare");
  ok(server >= 2 && client >= 2, mayGo("runtime/cork_writes.ts"));
});
