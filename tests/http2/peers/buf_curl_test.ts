/** `buf curl`: connect-go's gRPC client. */
import assert from "node:assert/strict";
import { BUF } from "../../support/buf.ts";
import { run } from "../../support/program.ts";
import { certificates } from "./support/certificates.ts";
import { InteropServer } from "./support/interop_server.ts";
import { PROTO_FILE } from "./support/interop_service.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

interface Case {
  readonly title: string;
  readonly method: string;
  /** Messages, one after the other. */
  readonly data: string;
  readonly headers?: readonly string[];
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  readonly fails?: true;
}

const CASES: readonly Case[] = [
  {
    title: "a unary call is answered",
    method: "UnaryCall",
    data: '{"response_size": 3}',
    stdout: /"body": "AAEC"/,
    stderr: /Grpc-Status: 0/,
  },
  {
    title: "a client stream is added up",
    method: "StreamingInputCall",
    data: '{"payload": {"body": "AAEC"}} {"payload": {"body": "AAECAwQF"}}',
    stdout: /"aggregatedPayloadSize": 9/,
  },
  {
    title: "a server stream brings each message",
    method: "StreamingOutputCall",
    data: '{"response_parameters": [{"size": 3}, {"size": 6}]}',
    stdout: /"AAEC"[^]*"AAECAwQF"/,
  },
  {
    title: "a chat answers each message",
    method: "FullDuplexCall",
    data: '{"response_parameters": [{"size": 3}]} {"response_parameters": [{"size": 6}]}',
    stdout: /"AAEC"[^]*"AAECAwQF"/,
  },
  {
    title: "metadata comes back in headers and trailers",
    method: "UnaryCall",
    data: "{}",
    headers: ["x-grpc-test-echo-initial: ride", "x-grpc-test-echo-trailing-bin: q6ur"],
    stderr: /X-Grpc-Test-Echo-Initial: ride[^]*X-Grpc-Test-Echo-Trailing-Bin: q6ur/,
  },
  {
    title: "a status comes with its message",
    method: "UnaryCall",
    data: '{"response_status": {"code": 9, "message": "the ride is over ☺"}}',
    stderr: /"code": "failed_precondition"[^]*"message": "the ride is over ☺"/,
    fails: true,
  },
  {
    title: "an unknown method answers UNIMPLEMENTED",
    method: "UnimplementedCall",
    data: "{}",
    stderr: /"code": "unimplemented"/,
    fails: true,
  },
];

const missing = BUF ? undefined : "npx, or what it needs to get buf, is missing";

const SERVERS = TARGETS.flatMap((target) =>
  (["plaintext", "TLS"] as const).map((security) => ({ ...target, security }))
);

for (const { name, transport, security } of SERVERS) {
  testWith(missing, `buf curl on ${name}, ${security} - calls`, async (context) => {
    await using server = await InteropServer.start({ transport, security });
    await using files = await certificates.writeFiles();
    const secured = security === "TLS" ? ["--cacert", files.ca] : ["--http2-prior-knowledge"];
    const address = `${security === "TLS" ? "https" : "http"}://127.0.0.1:${server.port}`;
    const answers = await Promise.all(CASES.map((each) => call(each, address, secured)));
    for (const [i, { title, fails = false, ...expected }] of CASES.entries()) {
      await context.step(`buf curl on ${name}, ${security} - ${title}`, () => {
        const { code, stdout, stderr } = answers[i]!;
        assert.equal(code !== 0, fails, stderr);
        if (expected.stdout) assert.match(stdout, expected.stdout);
        if (expected.stderr) assert.match(stderr, expected.stderr);
      });
    }
  });
}

function call({ method, data, headers = [] }: Case, address: string, secured: readonly string[]) {
  const url = `${address}/grpc.testing.TestService/${method}`;
  return run([
    BUF!,
    "curl",
    "--protocol=grpc",
    "--verbose",
    `--schema=${PROTO_FILE}`,
    ...secured,
    ...headers.flatMap((line) => ["--header", line]),
    "--data",
    data,
    url,
  ]);
}
