import assert from "node:assert/strict";
import { TemporaryFolder } from "../../support/paths.ts";
import { run } from "../../support/program.ts";
import { available } from "../../support/tools.ts";
import { InteropServer, type Security } from "./support/interop_server.ts";
import { HEADERS, toBody, urlOf, writeBody } from "./support/raw_request.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

const CALLS = 2_000;

const SHAPES: Readonly<Record<string, readonly string[]>> = {
  "8 connections with 32 calls at a time": ["--clients=8", "--max-concurrent-streams=32"],
  "100 connections with a call at a time": ["--clients=100", "--max-concurrent-streams=1"],
  "1 connection with 100 calls at a time": ["--clients=1", "--max-concurrent-streams=100"],
  "windows of 1 KB": ["--clients=4", "--max-concurrent-streams=8", "--window-bits=10"],
  "no dynamic table": ["--clients=4", "--max-concurrent-streams=8", "--header-table-size=0"],
};

const missing = available("h2load", "--version")
  ? undefined
  : "h2load (Debian's nghttp2-client) is missing";

for (const { name, transport } of TARGETS) {
  for (const security of ["plaintext", "TLS"] satisfies Security[]) {
    testWith(missing, `h2load on ${name}, ${security} - every call succeeds`, async (context) => {
      await using server = await InteropServer.start({ transport, security });
      await using folder = await TemporaryFolder.make();
      const file = await writeBody(folder.path, toBody("UnaryCall", { response_size: 2_000 }));
      for (const [shape, options] of Object.entries(SHAPES)) {
        await context.step(`h2load on ${name}, ${security} - ${shape}`, async () => {
          const { code, stdout, stderr } = await run([
            "h2load",
            `--requests=${CALLS}`,
            ...options,
            ...HEADERS.map((line) => `--header=${line}`),
            `--data=${file}`,
            urlOf("UnaryCall", server.port, security),
          ]);
          assert.equal(code, 0, stderr);
          assert.match(stdout, new RegExp(`${CALLS} succeeded, 0 failed, 0 errored, 0 timeout`));
          assert.match(stdout, new RegExp(`${CALLS} 2xx`));
          const [, bytes] = /headers \(.*\), [\d.]+MB \((\d+)\) data/.exec(stdout) ?? [];
          assert.equal(Number(bytes), CALLS * 2_011, "every answer is whole");
        });
      }
    });
  }
}
