/** Variables whose values are no UTF-8, wherever they are read: by commands, and by the libraries below. */
import { deepEqual, equal } from "node:assert/strict";
import type { CommandLine } from "../support/child.ts";
import { rides } from "../support/program.ts";

/** Has a command have the variable set to the byte 255, which a test itself cannot do. */
function broken(variable: string): CommandLine {
  const script = 'export "$1=$(printf "\\377")"; shift; exec "$@"';
  return ["sh", "-c", script, "sh", variable];
}

const CALL = ["client", "health", "--address", "127.0.0.1:1"];
const CHECK = ["serve", "--check", "--listen", "127.0.0.1:0"];

const READ: [string, string[]][] = [
  ["RIDES_FORMAT", ["version"]],
  ["RIDES_ADDRESS", ["client", "health"]],
  ["RIDES_TLS", CALL],
  ["RIDES_TOKEN", CALL],
  ["RIDES_TIMEOUT", CALL],
  ["TRACEPARENT", CALL],
  ["grpc_proxy", CALL],
  ["https_proxy", [...CALL, "--tls"]],
  ["GRPC_VERBOSITY", CALL],
  ["GRPC_NODE_TRACE", CALL],
  ["GRPC_SSL_CIPHER_SUITES", CALL],
  ["RIDES_STORE", CHECK],
  ["RIDES_CONFIG", CHECK],
  ["RIDES_REUSE_PORT", CHECK],
  ["RIDES_TLS", CHECK],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", CHECK],
];

for (const [variable, args] of READ) {
  Deno.test({
    name: `variables - ${variable} that is no UTF-8 is named by ${args.slice(0, 2).join(" ")}`,
    ignore: Deno.build.os === "windows",
  }, async () => {
    const { code, stdout, stderr } = await rides(args, { under: broken(variable) });
    equal(stderr, `${variable}: its value is not UTF-8; set it again, or unset it\n`);
    deepEqual([code, stdout], [2, ""]);
  });
}

Deno.test({
  name: "variables - one that is no UTF-8 is no concern of a command without it",
  ignore: Deno.build.os === "windows",
}, async () => {
  const { code, stderr } = await rides(["version"], { under: broken("RIDES_TLS") });
  deepEqual([code, stderr], [0, ""]);
});

Deno.test({
  name: "variables - one that is no UTF-8 is told in one JSON object where that is wanted",
  ignore: Deno.build.os === "windows",
}, async () => {
  const args = [...CALL, "--format", "json"];
  for (const variable of ["RIDES_TLS", "RIDES_TOKEN", "RIDES_TIMEOUT"]) {
    const { code, stderr } = await rides(args, { under: broken(variable) });
    const message = `${variable}: its value is not UTF-8; set it again, or unset it`;
    deepEqual(JSON.parse(stderr), { error: { message, violations: [] } });
    equal(code, 2);
  }
});

Deno.test({
  name: "variables - a misspelled one keeps a server from starting even if it is no UTF-8",
  ignore: Deno.build.os === "windows",
}, async () => {
  const { code, stderr } = await rides(CHECK, { under: broken("RIDES_TLLS") });
  equal(stderr, "RIDES_TLLS: there is no such variable; did you mean RIDES_TLS?\n");
  equal(code, 2);
});
