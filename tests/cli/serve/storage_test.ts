import { deepEqual, equal, match } from "node:assert/strict";
import { TemporaryFolder } from "../../support/paths.ts";
import { rides, RunningProgram, ServingProgram } from "../../support/program.ts";
import { ridesHere } from "../../support/rides_here.ts";

Deno.test("serve --store sqlite:FILE - keeps persons through a restart", async () => {
  await using folder = await TemporaryFolder.make();
  const args = ["--store", `sqlite:${folder.path}/rides.db`];
  for (const [name, id] of [["trung", 1], ["an", 2], ["trung", 1]] as const) {
    await using server = await ServingProgram.start(args);
    const { stdout } = await rides(["client", "person", name, "--address", server.address]);
    match(stdout, new RegExp(`^${name}: id ${id}, `));
    server.signal("SIGTERM");
    const { code, stderr } = await server.ended();
    equal(code, 0, stderr);
  }
});

Deno.test("serve --store - is rides.db in the working folder unless told otherwise", async () => {
  await using folder = await TemporaryFolder.make();
  await using _server = await ServingProgram.start([], {
    cwd: folder.path,
    under: ["env", "-u", "RIDES_STORE"],
  });
  equal((await Deno.stat(`${folder.path}/rides.db`)).isFile, true);
});

Deno.test("serve - that cannot start makes no store", async () => {
  await using folder = await TemporaryFolder.make();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const used = `127.0.0.1:${taken.addr.port}`;
  for (
    const [expected, ...args] of [
      [1, "--listen", used],
      [1, "--listen", "127.0.0.1:0", "--admin", used],
      [2, "--listen", "127.0.0.1:0", "--admin-debug"],
    ] as const
  ) {
    const { code } = await rides(["serve", "--store", "sqlite:rides.db", ...args], {
      cwd: folder.path,
    });
    equal(code, expected);
    deepEqual([...Deno.readDirSync(folder.path)], []);
  }
});

Deno.test("serve --store - refuses a file that another server has, and names that", async () => {
  await using folder = await TemporaryFolder.make();
  const args = ["--store", `sqlite:${folder.path}/rides.db`];
  await using server = await ServingProgram.start(args);
  const { code, stdout, stderr } = await rides(["serve", ...args, "--listen", "127.0.0.1:0"]);
  equal(code, 1);
  equal(stdout, "");
  match(
    stderr,
    new RegExp(`^Cannot use .*rides\\.db: another server or backup has it .* ${server.pid}\\)`),
  );
});

Deno.test({
  name: "serve --reuse-port - waits for the server before it, also over a SIGHUP",
  ignore: Deno.build.os === "windows",
}, async () => {
  await using folder = await TemporaryFolder.make();
  const args = ["--reuse-port", "--store", `sqlite:${folder.path}/rides.db`];
  await using first = await ServingProgram.start(args);
  const listen = ["--listen", `127.0.0.1:${first.port}`];
  await using second = new RunningProgram(["serve", ...args, ...listen]);
  await second.says("stderr", /waiting for its end/);
  second.signal("SIGHUP");
  first.signal("SIGTERM");
  await second.says("stdout", /^listening on /);
});

Deno.test("serve --store - has to name a store", async () => {
  const { code, stderr } = await rides(["serve", "--store", "postgres:rides"]);
  equal(code, 2);
  match(stderr, /Write sqlite:FILE or memory\./);
});

const RETENTIONS: [retention: string, code: number][] = [
  ["59s", 2],
  ["1m", 0],
  ["36500d", 0],
  ["36501d", 2],
  ["90", 2],
];

for (const [retention, code] of RETENTIONS) {
  Deno.test(`serve --retention ${retention} - is ${code ? "wrong usage" : "taken"}`, async () => {
    const args = ["--check", "--store", "memory", "--listen", "127.0.0.1:0"];
    const finished = await ridesHere(["serve", ...args, "--retention", retention]);
    equal(finished.code, code);
    const message = /^--retention "\w+": Write a duration from 1m to 36500d, as in 90d or 12h\.\n$/;
    match(finished.stderr, code ? message : /^$/);
  });
}
