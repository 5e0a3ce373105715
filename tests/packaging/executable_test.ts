/**
 * The executable as a person gets it: alone in an empty folder, under another user with an empty home.
 *
 * It is compiled by `deno task compile`. Where Deno's download host is out of reach, that needs the
 * runtime to embed (DENORT_BIN) and a compiler of the same version (DENO_COMPILER, else this deno).
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { canCompile, COMPILER, compileTo } from "../support/executable.ts";
import { ROOT, TemporaryFolder } from "../support/paths.ts";
import { type CommandLine, run, ServingProgram } from "../support/program.ts";

const NOBODY = 65534;

const ignore = !canCompile;
const unless = ignore ? " (needs DENORT_BIN)" : "";

/** TLS of grpc-js works from Deno 2.7.14 on. */
const version = ignore ? "" : await versionOf(COMPILER);
const hasTls = !ignore && !/^2\.([0-6]\.|7\.(\d|1[0-3])$)/.test(version);

async function versionOf(deno: string): Promise<string> {
  const { stdout } = await run([deno, "--version"]);
  return stdout.split(" ")[1] ?? "";
}

/** The executable in a folder of its own, and how to run it there. */
class Executable implements AsyncDisposable {
  private constructor(readonly folder: TemporaryFolder, readonly under: CommandLine) {}

  static async compile(): Promise<Executable> {
    const folder = await TemporaryFolder.make();
    for (const name of ["home", "work"]) await Deno.mkdir(`${folder.path}/${name}`);
    await compileTo(`${folder.path}/rides`);
    const clean = ["env", "-i", `HOME=${folder.path}/home`, "PATH=/usr/bin:/bin"] as const;
    if (Deno.uid() !== 0) return new Executable(folder, clean);
    for (const name of ["", "home", "work"]) {
      await Deno.chown(`${folder.path}/${name}`, NOBODY, NOBODY);
    }
    const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    return new Executable(folder, [...clean, "setpriv", ...user]);
  }

  get #options() {
    return { cwd: `${this.folder.path}/work`, under: this.under };
  }

  /** Runs `rides ARGS`, which has to succeed, and returns what it printed. */
  async rides(...args: string[]): Promise<string> {
    const finished = await run([`${this.folder.path}/rides`, ...args], this.#options);
    equal(finished.code, 0, finished.stderr);
    return finished.stdout;
  }

  serve(...args: string[]): Promise<ServingProgram> {
    const line = [`${this.folder.path}/rides`, "serve", "--listen", "127.0.0.1:0", ...args];
    return ServingProgram.of(line as [string, ...string[]], this.#options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.folder[Symbol.asyncDispose]();
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return names.sort();
}

Deno.test({
  name: `executable - works alone in an empty folder, under another user${unless}`,
  ignore,
  async fn(test) {
    await using executable = await Executable.compile();
    const work = `${executable.folder.path}/work`;

    await test.step("version", async () => {
      const expected = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).version;
      match(
        await executable.rides("version"),
        new RegExp(`^rides ${expected} \\(deno ${version},`),
      );
      deepEqual(await filesIn(work), []);
    });

    await test.step("proto list and export", async () => {
      const names = (await executable.rides("proto", "list")).trimEnd().split("\n");
      await executable.rides("proto", "export", "protos");
      for (const name of names) {
        equal(
          await Deno.readTextFile(`${work}/protos/${name}`),
          await Deno.readTextFile(new URL(`proto/${name}`, ROOT)),
        );
      }
    });

    await test.step("serve, start, track and a drain at SIGTERM", async () => {
      await using server = await executable.serve();
      const at = ["--address", server.address];
      const ride = ["--car-id", "7", "--driver-id", "John Doe"];
      notEqual(await executable.rides("client", "start", ...ride, ...at), "");
      equal(await executable.rides("client", "track", "--random", "10", ...at), "10\n");
      server.signal("SIGTERM");
      const { code, stderr } = await server.ended();
      equal(code, 0, stderr);
    });

    await test.step("certs", async () => {
      await executable.rides("certs");
      equal((await Deno.stat(`${work}/certs/server-key.pem`)).mode! & 0o777, 0o600);
    });

    await test.step("nothing is left in the home of the user", async () => {
      deepEqual(await filesIn(`${executable.folder.path}/home`), []);
    });
  },
});

Deno.test({
  name: `executable - serves TLS${unless || (hasTls ? "" : ` (not with deno ${version})`)}`,
  ignore: !hasTls,
  async fn() {
    await using executable = await Executable.compile();
    match(await executable.rides("demo"), /the server counted 10\n/);
  },
});

Deno.test("executable - is compiled with the permissions that it needs and no others", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const flags: string[] = tasks.compile.command.split(" ");
  const allowed = flags.filter((flag) => /^-A|^--allow/.test(flag)).map((flag) =>
    flag.split("=")[0]
  );
  deepEqual(allowed, [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-sys",
  ]);
  // A profile needs the inspector, which Deno has no name for: so the rest is denied, name by name.
  match(tasks.compile.command, /--allow-env=\S+ --allow-sys --deny-sys=\S+ --no-prompt/);
  const named = (list: string) => flags.find((flag) => flag.startsWith(list))?.split("=")[1];
  const denied = named("--deny-sys")?.split(",") ?? [];
  for (const kind of ["networkInterfaces", "osRelease", "cpus", "uid", "gid", "username"]) {
    ok(denied.includes(kind), kind);
  }
  ok(!named("--allow-env")?.split(",").includes("*"), "variables are named");
  const source: string[] = tasks.rides.command.split(" ");
  deepEqual(
    source.filter((word) => word.startsWith("--")),
    flags.filter((word) => word.startsWith("--") && !/^--(include|output)/.test(word)),
    "from its source it runs with the same",
  );
});
