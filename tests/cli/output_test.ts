/** What the program writes to a terminal, and where it cannot write. */
import { Metadata, Server, ServerCredentials, type ServerUnaryCall } from "@grpc/grpc-js";
import type { sendUnaryData } from "@grpc/grpc-js";
import { equal, match } from "node:assert/strict";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { fromFileUrl, ROOT } from "../support/paths.ts";
import { programLine, rides, run } from "../support/program.ts";

const START = ["client", "start", "--car-id", "7", "--driver-id"];
const HOSTILE = "no \x1b[31mred\nsecond line";
const SHOWN = "no \\u001b[31mred\\u000asecond line";

/** A server that answers with control characters: in its status, or for the driver `id` in the id. */
class HostileServer implements AsyncDisposable {
  readonly #server = new Server();

  async listen(): Promise<string> {
    this.#server.addService(ridesDefinition, {
      Start(
        { request }: ServerUnaryCall<{ driverId: string }, { id: string }>,
        done: sendUnaryData<{ id: string }>,
      ) {
        if (request.driverId === "id") done(null, { id: HOSTILE });
        else done({ code: 5, details: HOSTILE, metadata: new Metadata() });
      },
      Track() {},
    });
    const port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync(
        "127.0.0.1:0",
        ServerCredentials.createInsecure(),
        (error, port) => error ? reject(error) : resolve(port),
      )
    );
    return `127.0.0.1:${port}`;
  }

  // deno-lint-ignore require-await -- the protocol asks for a promise
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }
}

Deno.test({
  name: "output - control characters of a server are shown, in results and failures",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = new HostileServer();
    const at = ["--address", await server.listen()];
    equal((await rides([...START, "x", ...at])).stderr, `NOT_FOUND: ${SHOWN}\n`);
    equal((await rides([...START, "id", ...at])).stdout, `${SHOWN}\n`);
    const { stdout } = await rides([...START, "id", ...at, "--format", "json"]);
    equal(JSON.parse(stdout).id, HOSTILE);
  },
});

for (const args of ["version", "proto descriptor", "--help"]) {
  Deno.test({
    name: `output - rides ${args} to a full disk says so in one line`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const line = `${programLine().join(" ")} ${args} > /dev/full`;
      const { code, stderr } = await run(["sh", "-c", line], { cwd: fromFileUrl(ROOT) });
      equal(code, 1);
      match(stderr, /^Cannot write the result: .+\n$/);
    },
  });
}
