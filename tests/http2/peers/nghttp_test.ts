/** nghttp, which prints every frame, with settings that bring out each part of the protocol. */
import assert from "node:assert/strict";
import { TemporaryFolder } from "../../support/paths.ts";
import { run } from "../../support/program.ts";
import { available } from "../../support/tools.ts";
import { payload } from "./clients/grpc_js_connection.ts";
import { InteropServer, type Security } from "./support/interop_server.ts";
import { HEADERS, toBody, urlOf, writeBody } from "./support/raw_request.ts";
import { TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

const RESPONSE_BYTES = 40_000;
/** With the prefix and the fields around the payload. */
const DATA_BYTES = RESPONSE_BYTES + 5 + 4 + 4;

interface Case {
  readonly title: string;
  readonly options: readonly string[];
  readonly calls?: number;
  readonly expected?: RegExp;
}

const CASES: readonly Case[] = [
  { title: "a call by the default settings", options: [] },
  { title: "windows of 255 bytes", options: ["--window-bits=8"] },
  { title: "a window of 1 KB for the connection", options: ["--connection-window-bits=16"] },
  { title: "padded frames", options: ["--padding=200"] },
  { title: "no dynamic table", options: ["--header-table-size=0"] },
  { title: "an encoder without a dynamic table", options: ["--encoder-header-table-size=0"] },
  { title: "a table that shrinks and grows", options: ["-c", "0", "-c", "8192"] },
  { title: "headers in CONTINUATION frames", options: ["--continuation"] },
  { title: "trailers from the client", options: ["--trailer", "x-trailer: 1"] },
  { title: "no content-length", options: ["--no-content-length"] },
  {
    title: "twenty calls at a time",
    options: ["--multiply=20", "--no-dep"],
    calls: 20,
  },
  {
    title: "more calls than streams are allowed",
    options: ["--multiply=150", "--no-dep"],
    calls: 150,
    expected: /SETTINGS_MAX_CONCURRENT_STREAMS\(0x03\):100\]/,
  },
];

const missing = available("nghttp", "--version")
  ? undefined
  : "nghttp (Debian's nghttp2-client) is missing";

for (const { name, transport } of TARGETS) {
  for (const security of ["plaintext", "TLS"] satisfies Security[]) {
    testWith(missing, `nghttp on ${name}, ${security} - frames`, async (context) => {
      const serverOptions = { "grpc.max_concurrent_streams": 100 };
      await using server = await InteropServer.start({ transport, security, serverOptions });
      await using folder = await TemporaryFolder.make();
      const message = { response_size: RESPONSE_BYTES, payload: payload(9_000) };
      const file = await writeBody(folder.path, toBody("UnaryCall", message));
      for (const { title, options, calls = 1, expected } of CASES) {
        await context.step(`nghttp on ${name}, ${security} - ${title}`, async () => {
          const { code, stdout, stderr } = await run([
            "nghttp",
            "--verbose",
            "--null-out",
            "--no-verify-peer",
            "--timeout=20",
            ...HEADERS.map((line) => `--header=${line}`),
            `--data=${file}`,
            ...options,
            urlOf("UnaryCall", server.port, security),
          ]);
          assert.equal(code, 0, stderr);
          assert.equal(count(stdout, /recv \(stream_id=\d+\) :status: 200/g), calls);
          assert.equal(count(stdout, /recv \(stream_id=\d+\) grpc-status: 0/g), calls);
          assert.equal(receivedBytes(stdout), calls * DATA_BYTES);
          assert.equal(count(stdout, /recv (RST_STREAM|GOAWAY)/g), 0);
          if (expected) assert.match(stdout, expected);
          if (security === "TLS") assert.match(stdout, /The negotiated protocol: h2/);
        });
      }
    });
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function receivedBytes(stdout: string): number {
  let sum = 0;
  for (const [, length] of stdout.matchAll(/recv DATA frame <length=(\d+)/g)) {
    sum += Number(length);
  }
  return sum;
}
