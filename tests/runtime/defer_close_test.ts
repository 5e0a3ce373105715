import { Server, ServerCredentials } from "@grpc/grpc-js";
import { deepEqual, equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import "../../rides/runtime/mod.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import type { PemPair } from "../../rides/tls/pem_files.ts";
import { run, ServingProgram } from "../support/program.ts";
import { echoService } from "./fixtures/echo.ts";
import {
  type CallingClientReport,
  ENOUGH,
  fixture,
  mayGo,
  PAUSE,
  PAUSE_MS,
  type Runtime,
} from "./fixtures/mod.ts";

const CALLS = 300;
const RESTARTS = 20;
/** The exit code of a process that aborts, or that dies of a bad access. */
const ABORTED = [134, 139];
/** That of one which lived until SIGTERM. */
const TERMINATED = 143;

/** Has freed memory overwritten (glibc), so that whoever still uses it shows it every time. */
const env = { MALLOC_PERTURB_: "165" };

interface Identity {
  readonly ca: PemPair;
  readonly server: PemPair;
}

const ca = await makeAuthority();
const server = await issue(ca, { kind: "server", hosts: ["localhost", "127.0.0.1"] });
const IDENTITIES = { plaintext: undefined, TLS: { ca, server } };

/** Three clients that call 300 times and hang up politely, with GOAWAY, and a fourth. */
async function hangUpOn(runtime: Runtime, identity?: Identity) {
  const line = fixture("echo_server.ts", runtime, { tls: identity?.server });
  await using server = await ServingProgram.of(line, { env });
  const settings = { address: server.address, ca: identity?.ca.cert, atOnce: 1, calls: CALLS };
  const answered: number[] = [];
  for (let i = 0; i < 4; i++) {
    const { stdout } = await run(fixture("calling_client.ts", "mended", settings));
    answered.push((JSON.parse(stdout) as CallingClientReport).answered);
  }
  server.signal("SIGTERM");
  const { code } = await server.ended();
  return { answered, code };
}

/**
 * A server that restarts on its port: politely while the client is silent, rudely while it is not, and so
 * on. It sends GOAWAY each time.
 */
class RestartingServer implements AsyncDisposable {
  #server = new Server();
  #restarts = 0;
  #port = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restarting: Promise<void> | undefined;

  constructor(readonly credentials: ServerCredentials) {}

  /** Listens on the port that it had before, if any, and returns it. */
  async listen(): Promise<number> {
    let calls = 0;
    this.#server = new Server();
    this.#server.addService(...echoService(() => {
      if (this.#restarts === RESTARTS) return ENOUGH;
      if (++calls !== CALLS) return this.#restarts;
      const politely = this.#restarts % 2 === 0;
      this.#timer = setTimeout(
        () => this.#restarting = this.#restart(politely),
        politely ? PAUSE_MS / 2 : 0,
      );
      return politely ? PAUSE : this.#restarts;
    }));
    this.#port = await new Promise<number>((resolve, reject) => {
      const address = `127.0.0.1:${this.#port}`;
      this.#server.bindAsync(
        address,
        this.credentials,
        (error, port) => error ? reject(error) : resolve(port),
      );
    });
    return this.#port;
  }

  async #restart(politely: boolean): Promise<void> {
    await this.#shutDown(politely);
    this.#restarts++;
    await this.listen();
  }

  #shutDown(politely: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#server.tryShutdown(() => resolve());
      if (!politely) this.#server.forceShutdown();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A client that has aborted leaves it in the middle of something.
    clearTimeout(this.#timer);
    await this.#restarting;
    await this.#shutDown(false);
  }
}

async function callThroughRestarts(runtime: Runtime, identity?: Identity) {
  const credentials = identity
    ? ServerCredentials.createSsl(Buffer.alloc(0), [{
      cert_chain: Buffer.from(identity.server.cert),
      private_key: Buffer.from(identity.server.key),
    }])
    : ServerCredentials.createInsecure();
  await using server = new RestartingServer(credentials);
  const port = await server.listen();
  const settings = { address: `localhost:${port}`, ca: identity?.ca.cert, atOnce: 5 };
  return await run(fixture("calling_client.ts", runtime, settings), { env });
}

for (const [transport, identity] of Object.entries(IDENTITIES)) {
  Deno.test(`deferClose - a ${transport} server outlives clients that hang up politely`, async () => {
    const outcome = await hangUpOn("mended", identity);
    deepEqual(outcome, { answered: [CALLS, CALLS, CALLS, CALLS], code: TERMINATED });
  });

  Deno.test({
    name: `deferClose - a ${transport} server does not without it`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const { code } = await hangUpOn("bare", identity);
      ok(ABORTED.includes(code), mayGo("runtime/defer_close.ts"));
    },
  });

  Deno.test(`deferClose - a ${transport} client outlives twenty restarts of its server`, async () => {
    const { code, stdout, stderr } = await callThroughRestarts("mended", identity);
    equal(code, 0, stderr);
    const { answered, failedAfter }: CallingClientReport = JSON.parse(stdout);
    const calls = answered + failedAfter.length;
    ok(calls >= RESTARTS * CALLS, `${calls} calls were answered or cut`);
    // Those before an odd restart, by force.
    const cutPolitely = failedAfter.filter((restarts) => restarts % 2 === 0);
    deepEqual(cutPolitely, [], "calls failed that no forced shutdown had cut");
  });

  Deno.test({
    name: `deferClose - a ${transport} client does not without it`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const { code } = await callThroughRestarts("bare", identity);
      ok(ABORTED.includes(code), mayGo("runtime/defer_close.ts"));
    },
  });
}
