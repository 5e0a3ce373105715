import { equal, ok } from "node:assert/strict";
import { type Example, examples, prints, words } from "../support/console.ts";
import { freePort } from "../support/free_port.ts";
import { fromFileUrl, ROOT, TemporaryFolder } from "../support/paths.ts";
import { type Finished, rides, run, type RunOptions, ServingProgram } from "../support/program.ts";

/** The ports that the examples listen on; the test takes free ones. */
const PORTS = ["8888", "8889", "8890"];

/** Runs what a person would type, without a shell; a server stays until the end. */
class Session implements AsyncDisposable {
  readonly #servers: ServingProgram[] = [];

  constructor(readonly options: RunOptions) {}

  async run(command: string): Promise<Finished> {
    const [input, line = command] = command.split(" | ");
    const [program, ...args] = words(line);
    if (line !== command) return await this.#rides(program, args, words(input!).slice(1).join(" "));
    if (program === "npx") {
      const [, , task, ...more] = args; // npx -y deno@2.9.6 task demo
      return await run([Deno.execPath(), task!, "--quiet", ...more], { cwd: fromFileUrl(ROOT) });
    }
    if (args.at(-1) !== "&") return await this.#rides(program, args);
    const server = await ServingProgram.start(args.slice(1, -1), this.options);
    this.#servers.push(server);
    return { code: 0, stdout: `${server.lines.join("\n")}\n`, stderr: "" };
  }

  #rides(program: string | undefined, args: readonly string[], stdin?: string): Promise<Finished> {
    equal(program, "rides", "an example runs what this test does not know");
    return rides(args, { ...this.options, stdin });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
  }
}

function shows(example: Example, { code, stdout, stderr }: Finished): void {
  ok(prints(example, stdout + stderr), `it printed:\n${stdout}${stderr}`);
  equal(code, example.exitCode);
}

Deno.test("README.md - every example does what it shows", async (test) => {
  await using folder = await TemporaryFolder.make();
  let readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [port = ""] = PORTS.map((documented) => {
    const port = String(freePort());
    readme = readme.replaceAll(documented, port);
    return port;
  });
  // The store that a reader has, who says nothing of it.
  const env = { RIDES_ADDRESS: `localhost:${port}`, RIDES_STORE: "sqlite:rides.db" };
  await using session = new Session({ cwd: folder.path, env });
  const found = examples(readme);
  ok(found.length > 0);
  for (const example of found) {
    await test.step(
      example.command,
      async () => shows(example, await session.run(example.command)),
    );
  }
});

Deno.test("README.md - the servers that it only shows have options that go together", async () => {
  await using folder = await TemporaryFolder.make();
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [, file = ""] = /```toml\n([^]*?)```/.exec(readme) ?? [];
  await Deno.writeTextFile(`${folder.path}/rides.toml`, file);
  const shown = [...readme.matchAll(/^rides (serve (?:[^#\n]*\\\n)*[^#\n]*)/gm)];
  ok(shown.length > 3);
  for (const [, command = ""] of shown) {
    const args = words(command.replaceAll("\\\n", " ")).filter((word) => word !== "--check");
    const { code, stderr } = await rides([...args, "--check"], { cwd: folder.path });
    // 1 for files that are not here; wrong usage is 2.
    ok(code < 2, `rides ${command}: ${stderr}`);
  }
});
