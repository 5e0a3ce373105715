import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { digestOf } from "../../rides/server/auth/tokens.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ON_FREE_PORT, programLine, rides, run } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";
import { SmallDisk } from "../support/small_disk.ts";

const TOKEN = /^rides_[\w-]{43}$/;

Deno.test("token new - prints the token on stdout, and its line on stderr", async () => {
  const { code, stdout, stderr } = await rides([
    ...["token", "new", "alice", "--scope", "ride:read,ride:write"],
    ...["--scope", "position:write:car=7"],
  ]);
  equal(code, 0);
  const token = stdout.trimEnd();
  match(token, TOKEN);
  equal(stderr, `alice ride:read,ride:write,position:write:car=7 ${digestOf(token)}\n`);
});

Deno.test("token new - makes another token each time", async () => {
  const make = async () => (await ridesHere(["token", "new", "alice", "--scope", "admin"])).stdout;
  notEqual(await make(), await make());
});

Deno.test("token new --file - makes a file that its owner alone can read, and adds to it", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/tokens`;
  const alice = await ridesHere(["token", "new", "alice", "--scope", "admin", "--file", file]);
  equal(alice.stderr, `${file} has its digest; the token cannot be shown again\n`);
  const { mode } = await Deno.stat(file);
  equal((mode ?? 0) & 0o777, 0o600);
  await Deno.chmod(file, 0o640);
  const bob = await ridesHere(["token", "new", "bob", "--scope", "ride:read", "--file", file]);
  equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o640);
  const digests = [alice, bob].map(({ stdout }) => digestOf(stdout.trimEnd()));
  equal(await Deno.readTextFile(file), `alice admin ${digests[0]}\nbob ride:read ${digests[1]}\n`);
});

Deno.test("token new --file - adds nothing to a device, which may never end", async () => {
  const args = ["token", "new", "alice", "--scope", "admin", "--file", "/dev/zero"];
  const { code, stdout, stderr } = await ridesHere(args);
  equal(code, 1);
  equal(stdout, "");
  equal(stderr, "Cannot write /dev/zero: it is a pipe or a device, and no file\n");
});

Deno.test("token new --out - writes a new file that its owner alone can read, and prints no token", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/alice.token`;
  const args = ["token", "new", "alice", "--scope", "admin", "--out", file];
  const { stdout, stderr } = await ridesHere(args);
  const token = (await Deno.readTextFile(file)).trimEnd();
  equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  equal(stdout, `alice: the token is in ${file}\n`);
  equal(stderr, `alice admin ${digestOf(token)}\n`);
  const again = await ridesHere([...args, "--format", "json"]);
  equal(again.code, 1);
  match(again.stderr, /it is there already; give a new file/);
  equal((await Deno.readTextFile(file)).trimEnd(), token);
});

Deno.test("token new --out - leaves no file where its line cannot be added", async () => {
  await using folder = await TemporaryFolder.make();
  const [file, out] = [`${folder.path}/no/tokens`, `${folder.path}/alice.token`];
  const args = ["token", "new", "alice", "--scope", "admin", "--file", file, "--out", out];
  const { code, stderr } = await ridesHere(args);
  equal(code, 1);
  match(stderr, /^Cannot write .*tokens: there is no such file or folder\n$/);
  await rejects(Deno.stat(out), Deno.errors.NotFound);
});

Deno.test({
  name: "token new --out - leaves no file where the disk is full",
  ignore: !SmallDisk.isAllowed,
  async fn() {
    await using disk = await SmallDisk.make(16);
    await disk.takeBallast(16);
    const out = `${disk.path}/alice.token`;
    const { code, stderr } = await ridesHere([
      "token",
      "new",
      "a",
      "--scope",
      "admin",
      "--out",
      out,
    ]);
    equal(code, 1);
    match(stderr, /^Cannot write the token to .*alice\.token: No space left on device\n$/);
    await rejects(Deno.stat(out), Deno.errors.NotFound);
  },
});

Deno.test({
  name: "token new --out - removes no file that it has not made",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // Deno lets no program write there, and says so only after it has found no other fault.
    const out = await Deno.makeTempFile({ dir: "/dev/shm" });
    const { code, stderr } = await rides(["token", "new", "a", "--scope", "admin", "--out", out]);
    equal(code, 1);
    match(stderr, /^Cannot write the token to .*: /);
    equal((await Deno.stat(out)).isFile, true);
    await Deno.remove(out);
  },
});

Deno.test({
  name: "token new --file - keeps no token that nobody can read",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await TemporaryFolder.make();
    const file = `${folder.path}/tokens`;
    await ridesHere(["token", "new", "a", "--scope", "admin", "--file", file]);
    const before = await Deno.readTextFile(file);
    const make = `${programLine().join(" ")} token new a --scope admin --file ${file}`;
    const ends = [["> /dev/full", /No space/], ["| head -0", /Nobody has read/]] as const;
    for (const [to, said] of ends) {
      const { stderr } = await run(["sh", "-c", `${make} ${to}`]);
      match(stderr, said);
      equal(await Deno.readTextFile(file), before);
    }
  },
});

Deno.test("token new --file - ends the last line of the file first", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/tokens`;
  await Deno.writeTextFile(file, "# mine");
  await ridesHere(["token", "new", "bob", "--scope", "admin", "--file", file]);
  match(await Deno.readTextFile(file), /^# mine\nbob admin [0-9a-f]{64}\n$/);
});

Deno.test("token new --file - adds every line where many are made at once", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/tokens`;
  const names = ["a", "b", "c", "d"];
  await Promise.all(
    names.map((name) => rides(["token", "new", name, "--scope", "admin", "--file", file])),
  );
  const { stdout } = await ridesHere(["token", "list", "--file", file, "--format", "json"]);
  const listed = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).name);
  deepEqual(listed.toSorted(), names);
});

Deno.test("token list - shows names and scopes, and no digest", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/tokens`;
  const digest = (digit: string) => digit.repeat(64);
  await Deno.writeTextFile(
    file,
    `# people\nalice admin ${digest("1")}\n\n\tbob  ride:read,ride:write\t${digest("2")}\r\n`,
  );
  const { stdout } = await ridesHere(["token", "list", "--file", file]);
  equal(stdout, "alice  admin\nbob    ride:read,ride:write\n");
});

Deno.test("token revoke - takes every token of the name out, and nothing else", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/tokens`;
  const line = (name: string, digit: string) => `${name} ride:read ${digit.repeat(64)}`;
  const [a1, b, a2] = [line("alice", "1"), line("bob", "2"), line("alice", "3")];
  await Deno.writeTextFile(file, ["# alice is on leave", a1, b, a2, ""].join("\n"), {
    mode: 0o640,
  });
  await Deno.symlink("tokens", `${folder.path}/link`);
  const link = `${folder.path}/link`;
  const { stdout } = await ridesHere(["token", "revoke", "alice", "--file", link]);
  equal(stdout, "alice: revoked 2\n");
  equal(await Deno.readTextFile(file), ["# alice is on leave", b, ""].join("\n"));
  equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o640);
  equal((await Deno.lstat(link)).isSymlink, true);
  const again = await ridesHere(["token", "revoke", "alice", "--file", link]);
  equal(again.code, 1);
  match(again.stderr, /^\S+link has no token of alice; rides token list shows whose it has\n$/);
});

Deno.test({
  name: "token revoke - leaves the file to the user and the group that it is of",
  ignore: Deno.uid() !== 0,
}, async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/tokens`;
  await Deno.writeTextFile(file, `alice ride:read ${"1".repeat(64)}\n`);
  await Deno.chown(file, 65_534, 65_533);
  const { code, stderr } = await rides(["token", "revoke", "alice", "--file", file]);
  equal(code, 0, stderr);
  const { uid, gid } = await Deno.stat(file);
  deepEqual([uid, gid], [65_534, 65_533]);
});

const WRONG: Record<string, [line: string, reason: string]> = {
  "two fields": ["alice admin", "a line is a name, its scopes and a credential"],
  "a token for its digest": [
    `alice admin rides_${"x".repeat(43)}`,
    "the credential has to be the SHA-256 of a token in 64 hexadecimal digits; " +
    "`rides token new` prints the line",
  ],
  "a name with a comma": [
    `a,b admin ${"0".repeat(64)}`,
    "the name has to be of up to 64 letters, digits and . _ @ -",
  ],
  "the token of another line": [`bob admin ${"0".repeat(64)}`, "the credential is that of line 2"],
  "a scope that is none": [
    `bob admin,rides_secret ${"1".repeat(64)}`,
    "scope 2 is not one of ride:read, ride:write, position:read, position:write, " +
    "position:write:car=ID or admin",
  ],
};

for (const [what, [line, reason]] of Object.entries(WRONG)) {
  Deno.test(`tokens - a file with ${what} is refused, with its place`, async () => {
    await using folder = await TemporaryFolder.make();
    const file = `${folder.path}/tokens`;
    const text = `# tokens\nalice admin ${"0".repeat(64)}\n${line}\n`;
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    const told = { code: 1, stdout: "", stderr: `${file}:3: ${reason}\n` };
    deepEqual(await ridesHere(["token", "list", "--file", file]), told);
    deepEqual(await ridesHere(["token", "new", "x", "--scope", "admin", "--file", file]), told);
    deepEqual(await rides(["serve", ...ON_FREE_PORT, "--auth-tokens", file]), told);
    equal(await Deno.readTextFile(file), text);
  });
}

Deno.test("tokens - a file that is not there is told in one line", async () => {
  for (
    const command of [["serve", ...ON_FREE_PORT, "--auth-tokens", "no"], [
      "token",
      "list",
      "--file",
      "no",
    ]]
  ) {
    const { code, stderr } = await rides(command);
    equal(code, 1);
    equal(stderr, "Cannot read no: there is no such file or folder\n");
  }
});
