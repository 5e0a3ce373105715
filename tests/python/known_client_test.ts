/** `known_client.py` against `rides serve` with lists of callers. */
import { deepEqual, equal } from "node:assert/strict";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { generateStubs, hasPython, runClient, unlessPython } from "./stubs.ts";

const SCOPES = "ride:write,position:write:car=7";

/** What a caller with {@linkcode SCOPES} is answered. */
const KNOWN = (name: string) => [
  ["Start", "OK"],
  ["Track 7", "OK"],
  [
    "Track 8",
    `PERMISSION_DENIED: position 0: car_id: ${name} needs the scope position:write:car=8 ` +
    "(0 were counted before it)",
  ],
];

const unknown = (details: string) => {
  const answer = `UNAUTHENTICATED: ${details}`;
  return [["Start", answer], ["Track 7", answer], ["Track 8", answer]];
};

/** What a client has that the server asks for. */
interface Case {
  readonly serve: readonly string[];
  readonly client: readonly string[];
  readonly answers: readonly (readonly string[])[];
}

const TLS = ["--tls", "--certs-dir", "."];
const MUTUAL = [...TLS, "--tls-client-ca", "ca.pem", "--auth-certs", "callers"];
const ALICE = ["--ca", "ca.pem", "--cert", "alice.pem", "--key", "alice-key.pem"];

const CASES: Record<string, Case> = {
  "a token in plaintext": {
    serve: ["--auth-tokens", "tokens"],
    client: ["--token-file", "van"],
    answers: KNOWN("van"),
  },
  "no token": {
    serve: ["--auth-tokens", "tokens"],
    client: [],
    answers: unknown("no credential; send a token as `authorization: Bearer TOKEN`"),
  },
  "a token over TLS": {
    serve: [...TLS, "--auth-tokens", "tokens"],
    client: ["--ca", "ca.pem", "--token-file", "van"],
    answers: KNOWN("van"),
  },
  "a certificate": { serve: MUTUAL, client: ALICE, answers: KNOWN("alice") },
  "a certificate of nobody": {
    serve: MUTUAL,
    client: ["--ca", "ca.pem", "--cert", "bob.pem", "--key", "bob-key.pem"],
    answers: unknown("no client certificate that this server knows"),
  },
};

/** Makes the certificates of alice and bob, the list of callers with alice, and van's token. */
async function prepare(cwd: string): Promise<void> {
  for (const name of ["alice", "bob"]) {
    equal((await rides(["certs", "--certs-dir", ".", "--client", name], { cwd })).code, 0);
  }
  await Deno.writeTextFile(`${cwd}/callers`, `alice ${SCOPES} CN=alice\n`);
  const van = ["token", "new", "van", "--scope", SCOPES, "--file", "tokens"];
  await Deno.writeTextFile(`${cwd}/van`, (await rides(van, { cwd })).stdout);
}

Deno.test({
  name: `Python client - is known by its token or its certificate${unlessPython}`,
  ignore: !hasPython,
  async fn(test) {
    await using folder = await TemporaryFolder.make();
    const cwd = folder.path;
    await generateStubs(cwd);
    await prepare(cwd);
    const inFolder = (arg: string) => /^(--|\d)/.test(arg) ? arg : `${cwd}/${arg}`;
    for (const [what, { serve, client, answers }] of Object.entries(CASES)) {
      await test.step(what, async () => {
        await using serving = await ServingProgram.start(serve, { cwd });
        const port = ["--port", String(serving.port)];
        const answered = await runClient(
          "known_client.py",
          cwd,
          [...port, ...client].map(inFolder),
        );
        deepEqual(answered, answers);
      });
    }
  },
});
