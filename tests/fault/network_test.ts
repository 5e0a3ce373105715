/** Lines that are cut, and that lose what is sent, where this machine lets a test have a network. */
import { equal, match } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { referencePositions } from "../../rides/domain/reference_positions.ts";
import { eventually } from "../support/eventually.ts";
import { openDescriptors } from "../support/process_facts.ts";
import { ServingProgram } from "../support/program.ts";
import { available } from "../support/tools.ts";
import { Network } from "./network.ts";

const ignore = !available("ip", "netns") || Deno.uid() !== 0;

/** Serves in the network, for a test that is skipped, and says so, where there can be none. */
async function inNetwork(
  test: (network: Network, address: string, serving: ServingProgram) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  await using network = await Network.make();
  if (!network) return say("no network of its own can be made here");
  await using serving = await ServingProgram.start(
    ["--listen", `${network.address}:0`, ...args],
    { under: network.inside },
  );
  await test(network, `${network.address}:${serving.port}`, serving);
  serving.signal("SIGTERM");
  equal((await serving.ended()).code, 0);
}

function say(reason: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  skipped: ${reason}\n`));
}

/** grpc-js keeps timers for connections that were lost. */
const unsanitized = { ignore, sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "network - a cut line ends calls at their timeout, and calls go on when it is mended",
  ...unsanitized,
}, () =>
  inNetwork(async (network, address) => {
    await using client = new RidesClient({ address, timeoutMs: 2_000 });
    equal((await client.getInfor("trung")).id > 0, true);
    await network.line("down");
    const error = await client.getInfor("trung").then(() => undefined, (error: Error) => error);
    match(String(error?.message), /^(DEADLINE_EXCEEDED|UNAVAILABLE): /);
    await network.line("up");
    await eventually("an answer", () => client.getInfor("trung").then(() => true, () => false));
  }));

Deno.test({
  name: "network - the server lets a client go whose line was cut",
  ...unsanitized,
}, () =>
  inNetwork(async (network, address, serving) => {
    await using client = new RidesClient({ address });
    await client.getInfor("trung");
    const descriptors = openDescriptors(serving.pid);
    await network.line("down");
    await eventually("the end of its connection", () => openDescriptors(serving.pid) < descriptors);
  }, ["--keepalive", "1s", "--keepalive-timeout", "1s"]));

Deno.test({
  name: "network - a line that loses every tenth packet only slows calls down",
  ...unsanitized,
}, () =>
  inNetwork(async (network, address) => {
    if (!await network.lose(10)) return say("this kernel loses no packets");
    await using client = new RidesClient({ address, timeoutMs: 20_000 });
    for (let calls = 0; calls < 20; calls++) await client.getInfor("trung");
    equal(await client.track(referencePositions(500)), 500);
  }));
