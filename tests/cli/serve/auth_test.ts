/** What `rides serve` does with its lists of callers while it runs, and without any. */
import { deepEqual, equal, match } from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { rides, ServingProgram } from "../../support/program.ts";
import { TokensFile } from "../../support/tokens.ts";

/** `rides client person`, with the token of `name`, until it exits with `code`. */
async function answers(
  serving: ServingProgram,
  tokens: TokensFile,
  name: string,
  code: number,
): Promise<void> {
  await eventually(`${name} gets ${code}`, async () => {
    const finished = await rides(["client", "person", "trung", "--address", serving.address], {
      env: { RIDES_TOKEN: tokens.token(name) },
    });
    return finished.code === code;
  });
}

Deno.test("serve --auth-tokens - takes a new file as it runs, and keeps the old one for a bad one", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`).write({ alice: "admin" });
  await using serving = await ServingProgram.start(["--auth-tokens", tokens.path]);
  await answers(serving, tokens, "alice", 0);
  await answers(serving, tokens, "bob", 64 + 16);
  await tokens.write({ bob: "ride:write" });
  await answers(serving, tokens, "bob", 0);
  await answers(serving, tokens, "alice", 64 + 16);
  await Deno.writeTextFile(tokens.path, "nobody\n");
  await serving.logged(/tokens:1: a line is/);
  await answers(serving, tokens, "bob", 0);
  serving.signal("SIGTERM");
  const { code, stderr } = await serving.ended();
  equal(code, 0);
  match(stderr, / info +the list of callers has been replaced callers=1 ended_calls=0\n/);
  match(
    stderr,
    / error the list of callers cannot be reloaded; the old one stays reason="\S+tokens:1: a line is /,
  );
  for (const name of ["alice", "bob"]) equal(stderr.includes(tokens.token(name)), false);
  match(stderr, / identity=bob /);
});

Deno.test("serve --auth-tokens - takes a new file at once on SIGHUP", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`).write({ alice: "admin" });
  await using serving = await ServingProgram.start(["--auth-tokens", tokens.path]);
  let name = "bob";
  // The server looks at its files by itself too, and may just have done so.
  await eventually("a signal has it read", async () => {
    await tokens.write({ [name]: "admin" });
    serving.signal("SIGHUP");
    await answers(serving, tokens, name, 0);
    name += "b";
    return /SIGHUP: reading files anew\n.*the list of callers has been/.test(serving.stderr);
  });
  serving.signal("SIGTERM");
  await serving.ended();
});

const ANYBODY =
  "whoever reaches this server may call everything; ask for tokens with --auth-tokens";
const PLAINTEXT = "tokens come here in plaintext, for everybody on the way to read; add --tls";

const OPEN: Record<string, [args: string[], warning: string | undefined]> = {
  "on every address": [["--listen", "[::]:0"], ANYBODY],
  "on every address of IPv4, with TLS": [["--listen", "0.0.0.0:0", "--tls"], ANYBODY],
  "on this machine alone": [["--listen", "127.0.0.1:0", "--listen", "[::1]:0"], undefined],
  "on every address, with tokens": [["--listen", "[::]:0", "--auth-tokens", "tokens"], PLAINTEXT],
  "on every address, with certificates that clients need": [
    ["--listen", "[::]:0", "--tls", "--tls-client-ca", "certs/ca.pem"],
    undefined,
  ],
  "on every address, with certificates that are optional": [
    ["--listen", "[::]:0", "--tls", "--tls-client-ca", "certs/ca.pem", "--tls-client-optional"],
    ANYBODY,
  ],
  "on every address, with tokens and TLS": [
    ["--listen", "[::]:0", "--tls", "--auth-tokens", "tokens"],
    undefined,
  ],
};

for (const [where, [args, warning]] of Object.entries(OPEN)) {
  Deno.test(`serve - ${where} ${warning ? "warns of it, in one line" : "warns of nothing"}`, async () => {
    await using folder = await TemporaryFolder.make();
    await new TokensFile(`${folder.path}/tokens`).write({ alice: "admin" });
    await using serving = await ServingProgram.start([...args, "--log-format", "json"], {
      cwd: folder.path,
    });
    serving.signal("SIGTERM");
    const { stderr } = await serving.ended();
    const lines = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
    const warnings = lines.filter(({ level }) => level === "warn");
    deepEqual(warnings.map(({ message }) => message), warning ? [warning] : []);
    for (const { listeners } of warnings) match(listeners, /^(\[::\]|0\.0\.0\.0):\d+$/);
  });
}

Deno.test("serve --tls-client-optional - is wrong without a CA of clients", async () => {
  const { code, stderr } = await rides(["serve", "--tls", "--tls-client-optional"]);
  equal(code, 2);
  match(stderr, /^--tls-client-optional is for --tls-client-ca: add it, or leave both out$/m);
});
