/** curl, a client of another make, at every address that `rides serve --listen` opens. */
import { deepEqual, equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { TemporaryFolder } from "../../support/paths.ts";
import { run, ServingProgram } from "../../support/program.ts";
import { available } from "../../support/tools.ts";
import { TRANSPORTS } from "../../support/transports.ts";

/** What `--listen` says, and where clients reach that. */
const LISTENERS: readonly (readonly [listen: string, hosts: readonly string[]])[] = [
  ["[::]:0", ["127.0.0.1", "[::1]"]],
  ["127.0.0.1:0", ["127.0.0.1"]],
  ["[::1]:0", ["[::1]"]],
];

for (const transport of TRANSPORTS) {
  for (const security of ["plaintext", "tls"] as const) {
    Deno.test({
      name: `serve - answers at every address that it listens on, ${security} (${transport})`,
      ignore: !available("curl", "--version"),
      async fn() {
        await using folder = await TemporaryFolder.make();
        const cwd = folder.path;
        // A message without content, which asks for the whole server.
        await Deno.writeFile(`${cwd}/request`, Buffer.alloc(5));
        const isSecure = security === "tls";
        await using server = await ServingProgram.start([
          ...LISTENERS.flatMap(([listen]) => ["--listen", listen]),
          ...["--transport", transport, "--store", "memory"],
          ...isSecure ? ["--tls", "--certs-dir", "."] : [],
        ], { cwd });
        equal(server.lines.length, LISTENERS.length);
        for (const [index, [listen, hosts]] of LISTENERS.entries()) {
          const [, at, port] = /^listening on (\S+):(\d+) \((?:tls|plaintext)/
            .exec(server.lines[index]!) ?? [];
          equal(`${at}:0`, listen);
          const answers = hosts.map(async (host) => {
            const { code, stdout, stderr } = await run([
              "curl",
              ...["--silent", "--show-error", "--globoff", "--max-time", "20"],
              ...isSecure ? ["--cacert", "ca.pem"] : ["--http2-prior-knowledge"],
              ...["--header", "content-type: application/grpc", "--header", "te: trailers"],
              ...["--data-binary", "@request", "--dump-header", "-", "--output", "/dev/null"],
              `${isSecure ? "https" : "http"}://${host}:${port}/grpc.health.v1.Health/Check`,
            ], { cwd });
            equal(code, 0, stderr);
            match(stdout, /^grpc-status: 0\r$/m);
          });
          await Promise.all(answers);
        }
        const peers = [...server.stderr.matchAll(/ peer=(\S+):\d+ /g)].map(([, peer]) => peer);
        deepEqual(new Set(peers), new Set(LISTENERS.flatMap(([, hosts]) => hosts)));
      },
    });
  }
}
