/** Servers that cannot be called: one line that says what to check, within the timeout. */
import { status as Code } from "@grpc/grpc-js";
import { equal, match, ok } from "node:assert/strict";
import type { ServerHttp2Stream } from "node:http2";
import { Http2Port } from "../support/http2_port.ts";
import { TemporaryFolder } from "../support/paths.ts";
import {
  type Finished,
  ON_FREE_PORT,
  rides,
  RunningProgram,
  ServingProgram,
} from "../support/program.ts";

/** One that sends a message, and one that streams. */
const CALLS = [
  ["client", "start", "--car-id", "7", "--driver-id", "John Doe", "--type", "POOL"],
  ["client", "track", "--random", "3"],
];

/** Runs both commands; each must fail with UNAVAILABLE, and in one line. */
async function refused(args: string[], stderr: RegExp): Promise<void> {
  const all = await Promise.all(CALLS.map((call) => rides([...call, ...args])));
  for (const finished of all) told(finished, 64 + 14, stderr);
}

function told(finished: Finished, code: number, stderr: RegExp): void {
  match(finished.stderr, stderr);
  equal(finished.stderr.trimEnd().split("\n").length, 1, finished.stderr);
  equal(finished.code, code);
  equal(finished.stdout, "");
}

Deno.test("unreachable - nothing listens", async () => {
  await refused(
    ["--address", "127.0.0.1:1"],
    /^UNAVAILABLE: nothing listens on 127\.0\.0\.1:1; check /,
  );
});

Deno.test("unreachable - a proxy that leads nowhere", async () => {
  const env = { grpc_proxy: "http://127.0.0.1:1" };
  const finished = await rides(["client", "health", "--address", "127.0.0.1:2"], { env });
  told(
    finished,
    64 + 14,
    /^UNAVAILABLE: the proxy in grpc_proxy does not lead to 127\.0\.0\.1:2; /,
  );
});

Deno.test("unreachable - a file of CAs that cannot be read is named by its variable", async () => {
  const env = { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: "nowhere.pem" };
  const finished = await rides(["client", "health", "--tls"], { env });
  told(finished, 1, /^Cannot set up TLS: .+; check GRPC_DEFAULT_SSL_ROOTS_FILE_PATH$/m);
});

for (
  const args of [
    ["client", "health", "--tls"],
    ["serve", "--tls", ...ON_FREE_PORT],
    ["serve", "--check", "--tls", ...ON_FREE_PORT],
  ]
) {
  Deno.test(`rides ${args.join(" ")} - ciphers that are none are told by their variable`, async () => {
    const finished = await rides(args, { env: { GRPC_SSL_CIPHER_SUITES: "rot13" } });
    told(
      finished,
      2,
      /^GRPC_SSL_CIPHER_SUITES="rot13": there is no such cipher; unset it, or name /,
    );
  });
}

Deno.test("unreachable - no host of that name", async () => {
  await refused(
    ["--address", "nowhere.invalid:8888"],
    /^UNAVAILABLE: there is no host of the name in nowhere\.invalid:8888; check/,
  );
});

Deno.test("unreachable - a TLS client on a plaintext port", async () => {
  await using serving = await ServingProgram.start();
  const { address } = serving;
  await refused(["--tls", "--address", address], /does not speak TLS; leave out --tls$/m);
});

Deno.test("unreachable - a server with TLS", async (test) => {
  await using folder = await TemporaryFolder.make();
  const [certs, others] = [`${folder.path}/certs`, `${folder.path}/others`];
  equal((await rides(["certs", "--certs-dir", others])).code, 0);
  await using serving = await ServingProgram.start(["--tls", "--certs-dir", certs]);
  const at = ["--address", serving.address];

  await test.step("a plaintext client", () => refused(at, /speaks TLS; connect with --tls/));
  const untrusted = /is not of a CA that is trusted here; give its CA with --ca$/m;
  await test.step("a client without its CA", () => refused(["--tls", ...at], untrusted));
  await test.step("a client with another CA", async () => {
    await refused(["--tls", "--ca", `${others}/ca.pem`, ...at], untrusted);
  });
  for (const host of ["localhost", "127.0.0.1"]) {
    await test.step(`a client with its CA reaches it as ${host}`, async () => {
      const reach = ["--tls", "--ca", `${certs}/ca.pem`, "--address", `${host}:${serving.port}`];
      for (const call of CALLS) equal((await rides([...call, ...reach])).code, 0);
    });
  }
});

Deno.test("unreachable - a port that accepts and says nothing ends at the timeout", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    const connections = [];
    for await (const connection of listener) connections.push(connection);
    for (const connection of connections) connection.close();
  })();
  const { port } = listener.addr as Deno.NetAddr;
  for (const tls of [[], ["--tls"]]) {
    const at = ["--address", `127.0.0.1:${port}`, "--timeout", "500ms", ...tls];
    const all = await Promise.all(CALLS.map((call) => rides([...call, ...at])));
    for (const { code, stderr } of all) {
      ok(code === 64 + 4 || code === 64 + 14, `${code}: ${stderr}`);
      equal(stderr.trimEnd().split("\n").length, 1, stderr);
    }
  }
  listener.close();
  await accepting;
});

/** How servers answer that speak HTTP/2 and not gRPC, and what is said of it. */
const FOREIGN: [string, (stream: ServerHttp2Stream) => void, RegExp][] = [
  ["a page", page(200), /^UNKNOWN: .*\(it answers with a text\)$/m],
  [
    "a page that says 404",
    page(404),
    /^(UNKNOWN: .*\(it answers with a text\)|UNIMPLEMENTED: .*\(it answers with HTTP status 404\))$/m,
  ],
  // By https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
  ["200 alone", alone(200), /^UNKNOWN: .*\(it answers without a gRPC status\)$/m],
  ["400 alone", alone(400), /^INTERNAL: .*\(it answers with HTTP status 400\)$/m],
  ["401 alone", alone(401), /^UNAUTHENTICATED: .*\(it answers with HTTP status 401\)$/m],
  ["403 alone", alone(403), /^PERMISSION_DENIED: .*\(it answers with HTTP status 403\)$/m],
  ["404 alone", alone(404), /^UNIMPLEMENTED: .*\(it answers with HTTP status 404\)$/m],
  ["503 alone", alone(503), /^UNAVAILABLE: .*\(it answers with HTTP status 503\)$/m],
  ["500 alone", alone(500), /^UNKNOWN: .*\(it answers with HTTP status 500\)$/m],
  [
    "a word",
    (stream) => {
      stream.respond({ ":status": 200 });
      stream.end("ok");
    },
    /^UNKNOWN: .*\(it answers without a gRPC status\)$/m,
  ],
];

function alone(status: number): (stream: ServerHttp2Stream) => void {
  return (stream) => stream.respond({ ":status": status }, { endStream: true });
}

function page(status: number): (stream: ServerHttp2Stream) => void {
  return (stream) => {
    stream.respond({ ":status": status, "content-type": "text/html" });
    stream.end(`<html><body>${status}</body></html>`);
  };
}

for (const [what, answer, reason] of FOREIGN) {
  Deno.test(`unreachable - a server of HTTP/2 that answers ${what} is no gRPC server`, async () => {
    await using port = await Http2Port.open(answer);
    const calls = [...CALLS, ["client", "car", "watch"], ["client", "health"]];
    for (const call of calls) {
      const finished = await rides([...call, "--address", port.address]);
      match(
        finished.stderr,
        /^[A-Z]+(_[A-Z]+)?: 127\.0\.0\.1:\d+ does not answer as a gRPC server; check the address /,
      );
      const code = Code[finished.stderr.split(":")[0] as keyof typeof Code];
      told(finished, 64 + code, reason);
    }
  });
}

/** Streams whose timeout is for more than the connection. */
const STREAMS: [string[], RegExp][] = [
  [["car", "watch"], /^DEADLINE_EXCEEDED: the server does not answer \(waited 500 ms\)\n$/],
  [["ride", "watch", "x"], /^DEADLINE_EXCEEDED: the server does not answer /],
  [
    ["car", "upload", "--once"],
    /\nNot stored yet: 1 position waits in .*\nDEADLINE_EXCEEDED: the server does not answer /,
  ],
];

Deno.test("unreachable - a server that answers pings and no calls ends at the timeout", async (test) => {
  await using folder = await TemporaryFolder.make();
  await using port = await Http2Port.open();
  const at = ["--address", port.address, "--timeout", "500ms"];
  const run = { cwd: folder.path };
  await test.step("car upload -, which waits for it, says so", async () => {
    await using upload = new RunningProgram(["client", "car", "upload", "-", ...at], run);
    await upload.feed('{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1,"lng":1}\n');
    await upload.says("stderr", /^Lost: DEADLINE_EXCEEDED: the server does not answer .*; trying/);
  });
  for (const [command, stderr] of STREAMS) {
    await test.step(command.join(" "), async () => {
      const finished = await rides(["client", ...command, ...at], run);
      match(finished.stderr, stderr);
      equal(finished.code, 64 + 4);
    });
  }
});

Deno.test("unreachable - files for TLS that cannot be used exit 1", async () => {
  await using folder = await TemporaryFolder.make();
  const text = `${folder.path}/text.pem`;
  await Deno.writeTextFile(text, "no certificate");
  const ca = (file: string) => rides(["client", "person", "x", "--tls", "--ca", file]);
  told(
    await ca(`${folder.path}/none.pem`),
    1,
    /^Cannot read .*none\.pem: there is no such file or folder$/m,
  );
  told(await ca(text), 1, /holds no certificate; give one in PEM/);
});
