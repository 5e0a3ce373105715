/** curl as a gRPC client: a request in raw bytes, and a look at the headers and trailers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { TemporaryFolder } from "../../support/paths.ts";
import { run } from "../../support/program.ts";
import { available } from "../../support/tools.ts";
import { payload, type Response as Answer, sizeOf } from "./clients/grpc_js_connection.ts";
import { certificates } from "./support/certificates.ts";
import { InteropServer, type Security } from "./support/interop_server.ts";
import { fromBody, HEADERS, toBody, urlOf, writeBody } from "./support/raw_request.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

interface Case {
  readonly title: string;
  readonly method: string;
  readonly message: object;
  readonly gzip?: boolean;
  readonly header?: string;
  /** Lines of the headers and trailers. */
  readonly expected: readonly string[];
  /** The sizes of the messages in the answer. */
  readonly sizes: readonly number[];
}

const CASES: readonly Case[] = [
  {
    title: "a unary call is answered with message and trailers",
    method: "UnaryCall",
    message: { response_size: 314_159, payload: payload(271_828) },
    expected: ["content-type: application/grpc+proto", "grpc-status: 0"],
    sizes: [314_159],
  },
  {
    title: "a message compressed with gzip is read",
    method: "UnaryCall",
    message: { response_size: 7, payload: payload(100_000) },
    gzip: true,
    header: "grpc-encoding: gzip",
    expected: ["grpc-status: 0"],
    sizes: [7],
  },
  {
    title: "a server stream brings each message",
    method: "StreamingOutputCall",
    message: { response_parameters: [{ size: 31_415 }, { size: 9 }, { size: 2_653 }] },
    expected: ["grpc-status: 0"],
    sizes: [31_415, 9, 2_653],
  },
  {
    title: "a failure is told in the trailers",
    method: "UnaryCall",
    message: { response_status: { code: 9, message: "ride is over" } },
    expected: ["grpc-status: 9", "grpc-message: ride%20is%20over"],
    sizes: [],
  },
  {
    title: "metadata comes back in headers and trailers",
    method: "StreamingOutputCall",
    message: {},
    header: "x-grpc-test-echo-trailing-bin: q6ur",
    expected: ["x-grpc-test-echo-trailing-bin: q6ur", "grpc-status: 0"],
    sizes: [],
  },
  {
    title: "an unknown method answers UNIMPLEMENTED",
    method: "UnimplementedCall",
    message: {},
    expected: ["grpc-status: 12"],
    sizes: [],
  },
];

const missing = available("curl", "--version") ? undefined : "curl is missing";

for (const { name, transport } of TARGETS) {
  for (const security of ["plaintext", "TLS"] satisfies Security[]) {
    for (const each of CASES) {
      testWith(missing, `curl on ${name}, ${security} - ${each.title}`, async () => {
        await using server = await InteropServer.start({ transport, security });
        const { head, body } = await call(each, server.port, security);
        assert.equal(head[0], "HTTP/2 200");
        for (const line of each.expected) assert(head.includes(line), `${line} in ${head}`);
        const sizes = fromBody(each.method, body).map((message) => sizeOf(message as Answer));
        assert.deepEqual(sizes, each.sizes);
      });
    }
  }

  testWith(missing, `curl on ${name} - a client that speaks HTTP/1.1 only is refused`, async () => {
    await using server = await InteropServer.start({ transport, security: "TLS" });
    const url = urlOf("EmptyCall", server.port, "TLS");
    const { code } = await run(["curl", "--silent", "--insecure", "--http1.1", url]);
    assert.notEqual(code, 0);
    await call(CASES[0]!, server.port, "TLS");
  });
}

async function call(each: Case, port: number, security: Security) {
  await using folder = await TemporaryFolder.make();
  await using files = await certificates.writeFiles();
  const file = await writeBody(
    folder.path,
    toBody(each.method, each.message, { gzip: each.gzip }),
  );
  const answer = join(folder.path, "answer.bin");
  const secured = security === "TLS"
    ? ["--http2", `--cacert`, files.ca]
    : ["--http2-prior-knowledge"];
  const { code, stdout, stderr } = await run([
    "curl",
    "--silent",
    "--show-error",
    "--max-time",
    "20",
    ...secured,
    ...[...HEADERS, ...each.header ? [each.header] : []].flatMap((line) => ["--header", line]),
    "--data-binary",
    `@${file}`,
    "--dump-header",
    "-",
    "--output",
    answer,
    urlOf(each.method, port, security),
  ]);
  assert.equal(code, 0, stderr);
  const body = await Deno.readFile(answer).catch(() => new Uint8Array());
  return { head: stdout.split("\r\n").map((line) => line.trim()), body };
}
