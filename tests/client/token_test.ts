import { equal, match, ok, rejects, throws } from "node:assert/strict";
import { createServer as createTcpServer } from "node:net";
import { RidesClient } from "../../rides/client/client.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { Guarded } from "../support/guarded.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { type Finished, rides, ServingProgram } from "../support/program.ts";
import { POSITION, RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TokensFile } from "../support/tokens.ts";

Deno.test("RidesClient - sends its token with every call", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`).write({ alice: "admin" });
  await using serving = await Serving.start({ auth: { tokensFile: tokens.path } });
  const { address } = serving;
  await using client = new RidesClient({ address, token: tokens.token("alice") });
  ok(await client.start(RIDE));
  equal(await client.track([POSITION, POSITION]), 2);
  equal((await client.getInfor("trung")).id, 1);
  await using nobody = new RidesClient({ address });
  await rejects(nobody.start(RIDE), { name: "CallFailure", status: "UNAUTHENTICATED" });
  await rejects(nobody.track([POSITION]), { name: "CallFailure", status: "UNAUTHENTICATED" });
});

Deno.test("RidesClient - a watch ends when its token is withdrawn, and is not tried again", async () => {
  await using guarded = await Guarded.start({ alice: "admin" });
  const { address } = guarded.serving;
  await using client = new RidesClient({ address, token: guarded.tokens.token("alice") });
  await client.track([POSITION]);
  const watch = client.cars.watch({ kind: "all" });
  equal((await watch.next()).value?.kind, "events");
  await guarded.tokens.write({});
  await guarded.reload();
  await rejects(async () => {
    for await (const _event of watch);
  }, { name: "CallFailure", status: "UNAUTHENTICATED", reason: "the credential was withdrawn" });
});

const ELSEWHERE = ["192.0.2.1:1", "example.org:1", "[2001:db8::1]:1", "127.example.org:1"];

for (const address of ELSEWHERE) {
  Deno.test(`RidesClient - a token in plaintext to ${address} is refused unless told`, async () => {
    const token = "rides_secret";
    throws(() => new RidesClient({ address, token }), (error: TypeError) => {
      match(error.message, /^token: everybody on the way to .* could read it in plaintext/);
      return !error.message.includes(token);
    });
    await using _told = new RidesClient({ address, token, plaintextToken: true });
    await using _encrypted = new RidesClient({ address, token, tls: {} });
    await using _without = new RidesClient({ address });
  });
}

for (const address of ["localhost:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"]) {
  Deno.test(`RidesClient - a token in plaintext to ${address} stays on this machine`, async () => {
    await using _client = new RidesClient({ address, token: "rides_secret" });
  });
}

Deno.test("RidesClient - what a header cannot carry is no token, and not repeated", () => {
  for (const token of ["", "a b", "rides_secret\n", "rides_sécret", "rides_secret".repeat(1_000)]) {
    throws(
      () => new RidesClient({ token }),
      (error: TypeError) => /^token: it is none/.test(error.message) && !/cret/.test(error.message),
    );
  }
});

/** A server where alice may and bob may not, and `rides client person` against it. */
class Scene implements AsyncDisposable {
  private constructor(
    readonly tokens: TokensFile,
    private readonly folder: TemporaryFolder,
    private readonly serving: ServingProgram,
  ) {}

  static async make(): Promise<Scene> {
    const folder = await TemporaryFolder.make();
    const tokens = await new TokensFile(`${folder.path}/tokens`)
      .write({ alice: "ride:write", bob: "ride:read" });
    await Deno.writeTextFile(`${folder.path}/alice`, `${tokens.token("alice")}\n`, {
      mode: 0o600,
    });
    await Deno.writeTextFile(`${folder.path}/open`, tokens.token("alice"), { mode: 0o644 });
    await Deno.writeTextFile(`${folder.path}/empty`, "\n");
    return new Scene(tokens, folder, await ServingProgram.start(["--auth-tokens", tokens.path]));
  }

  get pipe(): string {
    return `${this.folder.path}/pipe`;
  }

  person(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
    const command = ["client", "person", "trung", "--address", this.serving.address, ...args];
    return rides(command, { env, cwd: this.folder.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serving[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

Deno.test("rides client - its token", async (test) => {
  await using scene = await Scene.make();
  const [alice, bob] = ["alice", "bob"].map((name) => ({ RIDES_TOKEN: scene.tokens.token(name) }));
  const answer = "trung: id 1, not married\n";

  await test.step("is that of a file, or of RIDES_TOKEN", async () => {
    equal((await scene.person(["--token-file", "alice"])).stdout, answer);
    equal((await scene.person([], alice)).stdout, answer);
    equal((await scene.person([], { RIDES_TOKEN_FILE: "alice" })).stdout, answer);
    equal((await scene.person(["--token-file", "alice"], bob)).stdout, answer);
  });

  await test.step("is that of a pipe, which a shell makes for <(pass show rides)", async () => {
    equal((await new Deno.Command("mkfifo", { args: [scene.pipe] }).output()).success, true);
    const [{ stdout, stderr }] = await Promise.all([
      scene.person(["--token-file", "pipe"]),
      Deno.writeTextFile(scene.pipe, `${scene.tokens.token("alice")}\n`),
    ]);
    equal(stdout, answer);
    equal(stderr, "");
  });

  await test.step("is used from a file that others can read, which is told", async () => {
    const { stdout, stderr } = await scene.person(["--token-file", "open"]);
    equal(stdout, answer);
    equal(
      stderr,
      "open is open to other users of this machine, and holds a secret: chmod 600 open\n",
    );
  });

  await test.step("is wanted, with the scope: it exits with 64 + the code", async () => {
    const nobody = await scene.person([]);
    equal(nobody.code, 64 + 16);
    match(nobody.stderr, /^UNAUTHENTICATED: no credential; /);
    const refused = await scene.person([], bob);
    equal(refused.code, 64 + 7);
    match(refused.stderr, /^PERMISSION_DENIED: bob needs the scope ride:write to call /);
  });

  await test.step("is told to be missing in a file or variable, which is not shown", async () => {
    const none = await scene.person(["--token-file", "no"]);
    equal(none.stderr, "Cannot read no: there is no such file or folder\n");
    const empty = await scene.person(["--token-file", "empty"]);
    equal(empty.code, 1);
    equal(empty.stderr, "empty has no token; write what rides token new printed into it\n");
    const endless = await scene.person(["--token-file", "/dev/zero"]);
    equal(endless.stderr, "/dev/zero has no token; write what rides token new printed into it\n");
    const wrong = await scene.person([], { RIDES_TOKEN: "my secret" });
    equal(wrong.code, 2);
    equal(wrong.stderr, "RIDES_TOKEN is no token; set it to what rides token new printed\n");
  });

  await test.step("goes past the proxy of http_proxy to this machine", async () => {
    let asked = 0;
    const proxy = createTcpServer((socket) => {
      asked++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as { port: number };
    try {
      const env = { ...alice, http_proxy: `http://127.0.0.1:${port}` };
      equal((await scene.person([], env)).stdout, answer);
      equal(asked, 0);
    } finally {
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});

Deno.test("rides client - a token in plaintext to another machine is refused unless told", async () => {
  const env = { RIDES_TOKEN: "rides_secret" };
  const command = ["client", "person", "x", "--address", "192.0.2.1:1", "--timeout", "1ms"];
  const { code, stderr } = await rides(command, { env });
  equal(code, 2);
  equal(
    stderr,
    "the token would go to 192.0.2.1:1 in plaintext; connect with --tls, or allow it with " +
      "--plaintext-token\n",
  );
  const told = await rides([...command, "--plaintext-token"], { env });
  equal(told.code, 64 + 4);
});

Deno.test("rides client - sends a token over TLS", async () => {
  await using folder = await TemporaryFolder.make();
  const cwd = folder.path;
  const ca = await makeAuthority();
  const { cert, key } = await issue(ca, { kind: "server", hosts: ["localhost"] });
  const tokens = await new TokensFile(`${cwd}/tokens`).write({ alice: "ride:write" });
  for (const [file, text] of Object.entries({ ca: ca.cert, cert, key })) {
    await Deno.writeTextFile(`${cwd}/${file}`, text);
  }
  await using serving = await ServingProgram.start(
    ["--tls-cert", "cert", "--tls-key", "key", "--auth-tokens", "tokens"],
    { cwd },
  );
  const { code, stderr } = await rides(
    ["client", "person", "trung", "--address", serving.address, "--tls", "--ca", "ca"],
    { cwd, env: { RIDES_TOKEN: tokens.token("alice") } },
  );
  equal(code, 0, stderr);
});
