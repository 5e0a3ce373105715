/**
 * Servers that take a port over from one another while clients call. Twice by default;
 * `deno task test:replace` does it a hundred times.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { Load } from "./load.ts";

const REPLACEMENTS = Number(Deno.env.get("RIDES_REPLACEMENTS") ?? 2);

/** How many calls each server has to answer, so that every replacement is one under load. */
const CALLS_PER_SERVER = 50;

const SERVERS: [string, (folder: string) => string[]][] = [
  ["in plaintext", () => []],
  ["with TLS", (folder) => ["--tls", "--certs-dir", folder]],
];

for (const [how, args] of SERVERS) {
  Deno.test({
    name: `replace - ${REPLACEMENTS} servers ${how} go under load, and no call fails`,
    // grpc-js has timers for connections that its clients have closed.
    sanitizeOps: false,
    sanitizeResources: false,
  }, async () => {
    await using folder = await TemporaryFolder.make();
    const start = (port: number) =>
      ServingProgram.start([
        ...["--reuse-port", "--store", "memory"],
        ...["--listen", `127.0.0.1:${port}`],
        ...args(folder.path),
      ], { cwd: folder.path });
    await using first = await start(0);
    const ca = how === "with TLS" ? await Deno.readTextFile(`${folder.path}/ca.pem`) : undefined;
    // More than the default: on a busy machine a handshake takes as long as a server lives.
    await using load = new Load(`127.0.0.1:${first.port}`, ca, { attempts: 10 });
    let serving = first;
    for (let replaced = 0; replaced < REPLACEMENTS; replaced++) {
      const next = await start(first.port);
      const { answered } = load;
      serving.signal("SIGTERM");
      const { code, stderr } = await serving.ended();
      equal(code, 0, `exit code ${code}: ${stderr}`);
      serving = next;
      await load.answers(answered + CALLS_PER_SERVER);
    }
    await load.stop();
    await serving[Symbol.asyncDispose]();
    deepEqual(load.failures, []);
    ok(load.answered > REPLACEMENTS * CALLS_PER_SERVER);
  });
}

Deno.test({
  name: `replace - ${REPLACEMENTS} servers over one database go under load, and no call fails`,
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  await using folder = await TemporaryFolder.make();
  const start = (port: number) =>
    ServingProgram.start(
      [...["--reuse-port", "--store", "sqlite:rides.db"], ...["--listen", `127.0.0.1:${port}`]],
      { cwd: folder.path },
    );
  let serving = await start(0);
  // A database has one server at a time, and nobody listens until the next one has it.
  const retry = { attempts: 100, maxBackoffMs: 200 };
  await using load = new Load(`127.0.0.1:${serving.port}`, undefined, retry);
  for (let replaced = 0; replaced < REPLACEMENTS; replaced++) {
    const { answered } = load;
    const next = start(serving.port);
    serving.signal("SIGTERM");
    const { code, stderr } = await serving.ended();
    equal(code, 0, `exit code ${code}: ${stderr}`);
    serving = await next;
    await load.answers(answered + CALLS_PER_SERVER);
  }
  await load.stop();
  await serving[Symbol.asyncDispose]();
  deepEqual(load.failures, []);
});
