/** `rides serve --check` */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { FrameType } from "../../../rides/http2/frame.ts";
import { issue, makeAuthority } from "../../../rides/tls/authority.ts";
import { freePort } from "../../support/free_port.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { rides, ServingProgram } from "../../support/program.ts";

Deno.test("check - nothing is in the way: exit 0, and nothing is made", async () => {
  await using folder = await TemporaryFolder.make();
  const { code, stdout, stderr } = await rides(
    ["serve", "--check", "--store", "sqlite:rides.db", "--tls", "--listen", "127.0.0.1:0"],
    { cwd: folder.path },
  );
  equal(stderr, "");
  equal(stdout, "the server can start\n");
  equal(code, 0);
  deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("check - what a server would warn of is said, and is in nobody's way: exit 0", async () => {
  await using folder = await TemporaryFolder.make();
  const almostOver = await issue(
    await makeAuthority(),
    { kind: "server", hosts: ["localhost"] },
    Date.now() - 355 * 24 * 60 * 60 * 1_000,
  );
  await Deno.writeTextFile(`${folder.path}/cert.pem`, almostOver.cert);
  await Deno.writeTextFile(`${folder.path}/key.pem`, almostOver.key, { mode: 0o644 });
  const { code, stdout, stderr } = await rides(
    [
      ...["serve", "--check", "--store", "memory", "--listen", "0.0.0.0:0", "--listen", "[::1]:0"],
      ...["--admin", "0.0.0.0:0", "--tls-cert", "cert.pem", "--tls-key", "key.pem"],
    ],
    { cwd: folder.path },
  );
  const lines = stderr.trimEnd().split("\n");
  equal(lines.length, 4, stderr);
  match(lines[0]!, /^warning: a certificate ends soon; .* \(file cert\.pem, not_after .*\)$/);
  match(lines[1]!, /^warning: others may read or change the private key; .* \(file key\.pem, /);
  match(lines[2]!, /^warning: whoever reaches this server may .* \(listeners 0\.0\.0\.0:0\)$/);
  match(lines[3]!, /^warning: whoever reaches the admin port .* \(listeners 0\.0\.0\.0:0\)$/);
  equal(stdout, "the server can start\n");
  equal(code, 0);
});

Deno.test("check - every problem is said, each in its line: exit 1", async () => {
  await using folder = await TemporaryFolder.make();
  await using serving = await ServingProgram.start(["--store", `sqlite:${folder.path}/rides.db`]);
  await Deno.writeTextFile(`${folder.path}/tokens`, "no token\n");
  const { code, stdout, stderr } = await rides(
    [
      ...["serve", "--check", "--store", "sqlite:rides.db", "--admin", `127.0.0.1:${serving.port}`],
      ...["--listen", `127.0.0.1:${serving.port}`, "--tls-client-ca", "none.pem"],
      ...["--auth-tokens", "tokens", "--tls-cert", "cert.pem", "--tls-key", "key.pem"],
    ],
    { cwd: folder.path },
  );
  const lines = stderr.trimEnd().split("\n");
  equal(lines.length, 6, stderr);
  match(lines[0]!, /^Cannot read cert\.pem: there .*; Cannot read key\.pem: there /);
  match(lines[1]!, /^Cannot read none\.pem: /);
  match(lines[2]!, /tokens:1: /);
  match(
    lines[3]!,
    /^Cannot use rides\.db: another server or backup has it open \(process \d+\); stop that one/,
  );
  for (const line of lines.slice(4)) {
    match(line, /^Cannot listen on 127\.0\.0\.1:\d+: the port is in use/);
  }
  equal(code, 1);
  equal(stdout, "");
});

Deno.test("check - with --reuse-port a server may run, which would be replaced", async () => {
  await using folder = await TemporaryFolder.make();
  const options = { cwd: folder.path };
  const store = ["--reuse-port", "--store", "sqlite:rides.db"];
  await using serving = await ServingProgram.start(store, options);
  const { code, stderr } = await rides(
    ["serve", "--check", ...store, "--listen", `127.0.0.1:${serving.port}`],
    options,
  );
  equal(stderr, "");
  equal(code, 0);
});

Deno.test("check - with --reuse-port it takes no connection from the server that runs", async () => {
  await using folder = await TemporaryFolder.make();
  const options = { cwd: folder.path };
  const flags = ["--reuse-port", "--store", "memory"];
  await using serving = await ServingProgram.start([...flags, "--admin", "127.0.0.1:0"], options);
  const { port } = serving;
  const args = [
    ...flags,
    "--listen",
    `127.0.0.1:${port}`,
    "--admin",
    new URL(serving.adminUrl).host,
  ];
  let isOver = false;
  const checked = rides(["serve", "--check", ...args], options).finally(() => isOver = true);
  let answered = 0;
  while (!isOver) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    // The server begins by its SETTINGS (RFC 9113, 3.4), whatever the client says.
    const frame = new Uint8Array(9);
    equal(await connection.read(frame), 9);
    equal(frame[3], FrameType.SETTINGS);
    answered++;
  }
  deepEqual(await checked, { code: 0, stdout: "the server can start\n", stderr: "" });
  ok(answered > 0);
});

Deno.test("check - flags that do not go together are among the problems: exit 2", async () => {
  const { code, stderr } = await rides(
    [
      ...["serve", "--check", "--listen", "0.0.0.0:0", "--store", "sqlite:/no/such/db"],
      ...["--auth-certs", "none", "--tls-key", "k", "--admin-name", "depot"],
    ],
  );
  equal(code, 2);
  equal(
    stderr.match(/^--admin-name and --admin-debug are for the admin port: add --admin$/gm)?.length,
    1,
  );
  match(stderr, /^--tls-cert and --tls-key go together/m);
  match(stderr, /^--auth-certs is for clients with a certificate/m);
  match(stderr, /^Cannot use \/no\/such\/db: /m);
});

Deno.test("check - tells what is wrong with flags, variables and the file of options at once", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/rides.toml`, "grase = '1s'\nlog-level = 'loud'\n");
  const { code, stdout, stderr } = await rides(
    ["serve", "--check", "--config", "rides.toml", "--max-message", "5", "--grac", "5s"],
    { cwd: folder.path, env: { RIDES_GRACE: "5", RIDES_TLS: "perhaps", RIDES_AUTH_TOKEN: "t" } },
  );
  deepEqual(stderr.trimEnd().split("\n"), [
    "unknown option '--grac'; did you mean --grace?",
    '--max-message "5": Write a size from 1B to 1GiB, as in 512KiB or 4MiB.',
    'RIDES_GRACE="5": Write a duration from 0ms to 24d, as in 100ms, 5s or 2m.',
    'RIDES_TLS: "perhaps" is neither true nor false',
    "rides.toml: grase: There is no such option; did you mean grace?",
    "rides.toml: log-level: Allowed choices are debug, info, warn, error.",
    "RIDES_AUTH_TOKEN: there is no such variable; did you mean RIDES_AUTH_TOKENS?",
    "(--help shows how it is used)",
  ]);
  equal(stdout, "");
  equal(code, 2);
});

Deno.test("check - an address for two listeners is in use: exit 1", async () => {
  const port = freePort();
  const twice = ["--listen", `127.0.0.1:${port}`, "--listen", `127.0.0.1:${port}`];
  const { code, stderr } = await rides(
    ["serve", "--check", "--store", "memory", ...twice, "--admin", `127.0.0.1:${port}`],
  );
  match(stderr, /^Cannot listen on 127\.0\.0\.1:\d+: the port is in use; .* with --admin\n$/);
  equal(code, 1);
});

Deno.test("check - what a server asks of its flags and variables is looked at, too: exit 2", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const args = ["--listen", "0.0.0.0:0", "--channelz", "--tls", "--certs-dir", "file/certs"];
  const { code, stderr } = await rides(["serve", "--check", "--store", "memory", ...args], {
    cwd: folder.path,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" },
  });
  const [warning, folderLine, channelz, collector, ...others] = stderr.trimEnd().split("\n");
  match(warning!, /^warning: whoever reaches this server/);
  match(folderLine!, /^Cannot keep certificates in file\/certs: .*; choose another folder/);
  match(channelz!, /^--channelz shows the connections of everybody .* --auth-tokens/);
  match(collector!, /^OTEL_EXPORTER_OTLP_ENDPOINT: localhost:4318 is no URL, as in http:/);
  deepEqual(others, []);
  equal(code, 2);
});

Deno.test("check - a rate of each caller is for callers who are known", async () => {
  const { code, stderr } = await rides(
    ["serve", "--check", "--store", "memory", "--rate-per-identity", "5"],
  );
  equal(code, 2);
  match(stderr, /^--rate-per-identity is for callers who are known: add --auth-tokens /m);
});

Deno.test("check - a CA of clients may be the development one, which is not there yet", async () => {
  await using folder = await TemporaryFolder.make();
  const args = ["--tls-client-ca", "certs/ca.pem", "--listen", "127.0.0.1:0", "--store", "memory"];
  const { code, stderr } = await rides(["serve", "--check", ...args], { cwd: folder.path });
  equal(stderr, "");
  equal(code, 0);
  deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("check - a file that is no database is refused", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(
    `${folder.path}/rides.db`,
    "a letter, of more than a hundred bytes".repeat(99),
  );
  const { code, stderr } = await rides(
    ["serve", "--check", "--store", "sqlite:rides.db", "--listen", "127.0.0.1:0"],
    { cwd: folder.path },
  );
  match(stderr, /^Cannot use rides\.db: .*not a database/);
  equal(code, 1);
});
