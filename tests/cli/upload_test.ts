/** `rides client car upload` against the real server, whichever of the two is killed. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { NO_SOURCE } from "../../rides/client/upload/source_mark.ts";
import { Spool } from "../../rides/client/upload/spool.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, run, RunningProgram, ServingProgram } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { TokensFile } from "../support/tokens.ts";

const START_MS = Date.UTC(2022, 1, 22, 14);

/** The line of the position that is told `index` seconds after the first. */
function line(index: number, car = 7): string {
  const time = new Date(START_MS + index * 1_000).toISOString();
  return `{"car_id":${car},"time":"${time}","lat":${
    51 + index / 1e6
  },"lng":-0.2,"speed_mps":0.1}\n`;
}

function lines(count: number, from = 0): string {
  return Array.from({ length: count }, (_, index) => line(from + index)).join("");
}

/** The seconds after the first at which car 7 has a position. */
async function stored(address: string): Promise<number[]> {
  await using client = new RidesClient({ address });
  const seconds = [];
  for await (const fix of client.cars.history(7n)) seconds.push((fix.timeMs - START_MS) / 1_000);
  return seconds;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** A folder with a server over a store in it, which can be killed and started again on its port. */
class Scene implements AsyncDisposable {
  private constructor(readonly folder: TemporaryFolder, public server: ServingProgram) {}

  static async make(): Promise<Scene> {
    const folder = await TemporaryFolder.make();
    return new Scene(folder, await serve(folder, 0));
  }

  get address(): string {
    return this.server.address;
  }

  args(...args: string[]): string[] {
    const spool = `${this.folder.path}/spool`;
    return ["client", "car", "upload", "--spool", spool, "--address", this.address, ...args];
  }

  async write(name: string, text: string): Promise<string> {
    const path = `${this.folder.path}/${name}`;
    await Deno.writeTextFile(path, text);
    return path;
  }

  async killServer(): Promise<void> {
    this.server.signal("SIGKILL");
    await this.server.ended();
  }

  async restartServer(): Promise<void> {
    this.server = await serve(this.folder, this.server.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

function serve(folder: TemporaryFolder, port: number): Promise<ServingProgram> {
  const store = `sqlite:${folder.path}/rides.db`;
  return ServingProgram.start(["--listen", `127.0.0.1:${port}`, "--store", store]);
}

Deno.test("car upload - stores the lines of a file and of standard input, and counts them", async () => {
  await using scene = await Scene.make();
  const file = await scene.write("positions.jsonl", `${lines(3)}\n${line(3).trimEnd()}`);
  deepEqual(await ridesHere(scene.args(file)), { code: 0, stdout: "4\n", stderr: "" });
  const piped = await rides(scene.args("-", "--format", "json"), { stdin: lines(2, 4) });
  equal(piped.code, 0, piped.stderr);
  const told = piped.stdout.trimEnd().split("\n").map((text) => JSON.parse(text));
  deepEqual(told.at(-2), { spooled_lines: 2, stored_lines: 2 });
  deepEqual(told.at(-1), { stored: 2, rejected: 0 });
  deepEqual(await stored(scene.address), upTo(6));
});

Deno.test("car upload - takes what history gives, with all that is known of a position", async () => {
  await using scene = await Scene.make();
  const history = ["client", "car", "history", "7", "--format", "json", "--address", scene.address];
  const full = line(0).replace("}", ',"heading_degrees":90,"accuracy_meters":5}');
  equal((await ridesHere(scene.args("-"), { stdin: full })).code, 0);
  const first = JSON.parse((await ridesHere(history)).stdout);
  const { car_id, time, location, speed_mps, heading_degrees, accuracy_meters } = first;
  deepEqual({ car_id, time, location, speed_mps, heading_degrees, accuracy_meters }, {
    car_id: 7,
    time: "2022-02-22T14:00:00Z",
    location: { lat: 51, lng: -0.2 },
    speed_mps: 0.1,
    heading_degrees: 90,
    accuracy_meters: 5,
  });
  const again = await rides(scene.args("-"), { stdin: JSON.stringify(first) });
  deepEqual(again, { code: 0, stdout: "1\n", stderr: "" });
  deepEqual(await stored(scene.address), [0]);
});

/** Kills an upload in its middle; the file has as many lines as that takes, and how many is returned. */
async function killedIn(scene: Scene): Promise<number> {
  for (let count = 30_000; count < 1_000_000; count *= 3) {
    const file = await scene.write("positions.jsonl", lines(count));
    await using upload = new RunningProgram(scene.args(file, "--format", "json"));
    await upload.says("stdout", /"stored_lines":[1-9]/);
    upload.signal("SIGKILL");
    const { code } = await upload.ended();
    if (code !== 0) return count;
  }
  throw new Error("It is always at its end before it can be killed");
}

Deno.test("car upload - killed in the middle it goes on where it was, and stores each line once", async () => {
  await using scene = await Scene.make();
  const count = await killedIn(scene);
  const args = scene.args(`${scene.folder.path}/positions.jsonl`, "--format", "json");
  const before = (await stored(scene.address)).length;
  ok(before > 0 && before <= count);
  const second = await rides(args);
  equal(second.code, 0, second.stderr);
  match(second.stderr, /"continued":\{"lines":[1-9]/);
  const { stored: sent } = JSON.parse(second.stdout.trimEnd().split("\n").at(-1) ?? "");
  ok(sent < count, `${sent} were sent of ${count}`);
  deepEqual(await stored(scene.address), upTo(count));
});

Deno.test("car upload - a server that is killed in the middle gets what it has not stored, once", async () => {
  await using scene = await Scene.make();
  const count = 30_000;
  await using upload = new RunningProgram(scene.args("-", "--format", "json"));
  const fed = upload.feed(lines(count / 2));
  await upload.says("stdout", /"stored_lines":[1-9]/);
  await scene.killServer();
  await upload.says("stderr", /"lost":\{"status":/);
  await fed;
  const rest = upload.feed(lines(count / 2, count / 2)).then(() => upload.endInput());
  await scene.restartServer();
  await rest;
  const { code, stdout, stderr } = await upload.ended();
  equal(code, 0, stderr);
  match(stderr, /"back":\{"lost_ms":/);
  match(stdout, new RegExp(`\\{"stored":${count},"rejected":0\\}\n$`));
  deepEqual(await stored(scene.address), upTo(count));
});

Deno.test("car upload - takes lines without a server, and --once sends what is left", async () => {
  await using scene = await Scene.make();
  await scene.killServer();
  await using upload = new RunningProgram(scene.args("-", "--format", "json"));
  await upload.feed(lines(10));
  await upload.says("stdout", /"spooled_lines":10,"stored_lines":0/);
  // It was told that they are safe: no end of the program may lose them.
  upload.signal("SIGKILL");
  await upload.ended();
  const unreachable = await rides(scene.args("--once"));
  equal(unreachable.code, 64 + 14);
  match(unreachable.stderr, /^Of an earlier upload 10 positions wait in .*spool\n/);
  await scene.restartServer();
  const once = await rides(scene.args("--once"));
  deepEqual([once.code, once.stdout], [0, "10\n"]);
  deepEqual(await rides(scene.args("--once")), { code: 0, stdout: "0\n", stderr: "" });
  deepEqual(await stored(scene.address), upTo(10));
});

Deno.test("car upload - Ctrl-C ends it with 130, and says what waits", async () => {
  await using scene = await Scene.make();
  await scene.killServer();
  await using upload = new RunningProgram(scene.args("-", "--format", "json"));
  await upload.feed(lines(3));
  await upload.says("stdout", /"spooled_lines":3/);
  upload.signal("SIGINT");
  const { code, stderr } = await upload.ended();
  equal(code, 130);
  match(stderr, /\{"waiting":3\}\n$/);
});

Deno.test("car upload - lines that are no positions are put aside, and the others stored", async () => {
  await using scene = await Scene.make();
  const stdin = `${line(0)}car 7\n${line(1).replace("51", "91")}\n${line(2)}`;
  const { code, stdout, stderr } = await ridesHere(scene.args("-"), { stdin });
  deepEqual([code, stdout], [1, "2\n"]);
  match(stderr, /^Rejected: line 2: .*JSON\n.*line 3: location.lat: 91\.\d+ is out of range/);
  match(stderr, /\nRejected: 2; they are in .*spool\.rejected, with the reasons\n$/);
  const aside = (await Deno.readTextFile(`${scene.folder.path}/spool.rejected`)).trimEnd();
  deepEqual(aside.split("\n").map((text) => JSON.parse(text).line), [2, 3]);
  deepEqual(await stored(scene.address), [0, 2]);
});

const NO_ASIDE = new RegExp(
  "\\nCannot put lines aside in .*spool\\.rejected: it is a folder; " +
    "have it be a file that can be written, and run this again\\n$",
);

Deno.test("car upload - a folder where bad lines go ends it, and nothing is lost", async () => {
  await using scene = await Scene.make();
  const aside = `${scene.folder.path}/spool.rejected`;
  const file = await scene.write("positions.jsonl", `${line(0)}car 7\n${line(1)}`);
  await Deno.mkdir(aside);
  const { code, stderr } = await rides(scene.args(file));
  match(`\n${stderr}`, NO_ASIDE);
  equal(code, 1);
  await Deno.remove(aside);
  const again = await ridesHere(scene.args(file));
  deepEqual([again.code, again.stdout], [1, "2\n"]);
  match(await Deno.readTextFile(aside), /^\{"line":2,.*"text":"car 7"\}\n$/);
  deepEqual(await stored(scene.address), [0, 1]);
});

Deno.test("car upload - a folder where refused positions go ends it, and they stay in the spool", async () => {
  await using scene = await Scene.make();
  const aside = `${scene.folder.path}/spool.rejected`;
  await spoolWith(`${scene.folder.path}/spool`, [51, 91, 51]);
  await Deno.mkdir(aside);
  const { code, stderr } = await rides(scene.args("--once"));
  match(stderr, NO_ASIDE);
  match(stderr, /\nNot stored yet: [23] positions wait in /);
  equal(code, 1);
  await Deno.remove(aside);
  equal((await ridesHere(scene.args("--once"))).code, 1);
  equal(JSON.parse(await Deno.readTextFile(aside)).line, 11);
  deepEqual(await stored(scene.address), [0, 2]);
});

/** Fills a spool by hand with positions at these latitudes: no program refuses them before the server. */
async function spoolWith(path: string, latitudes: readonly number[]): Promise<void> {
  using spool = await Spool.open(path);
  const positions = latitudes.map((lat, index) => ({
    carId: 7n,
    time: { seconds: START_MS / 1_000 + index, nanos: 0 },
    location: { lat, lng: -0.2 },
  }));
  spool.append([{ line: 10, positions }], NO_SOURCE);
}

Deno.test("car upload - positions that the server refuses are put aside, and the others stored", async () => {
  await using scene = await Scene.make();
  await spoolWith(`${scene.folder.path}/spool`, [51, 91, 51, 92, 51]);
  const { code, stdout, stderr } = await rides(scene.args("--once"));
  deepEqual([code, stdout], [1, "3\n"]);
  match(
    stderr,
    /\nRejected: line 11: sequence 2: positions\[1\]\.location\.lat: 91 is out of range/,
  );
  match(
    stderr,
    /\nRejected: line 13: sequence 4: positions\[\d\]\.location\.lat: 92 is out of range/,
  );
  const [first = ""] = (await Deno.readTextFile(`${scene.folder.path}/spool.rejected`)).split("\n");
  deepEqual(JSON.parse(JSON.parse(first).text), {
    car_id: "7",
    time: "2022-02-22T14:00:01Z",
    lat: 91,
    lng: -0.2,
  });
  deepEqual(await stored(scene.address), [0, 2, 4]);
});

Deno.test("car upload - cars that the token is not for are put aside", async () => {
  await using scene = await Scene.make();
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`)
    .write({ seven: "position:write:car=7,position:read" });
  const limited = ["--auth-tokens", tokens.path, "--store", "memory"];
  await using server = await ServingProgram.start(limited);
  const args = [...scene.args("-"), "--address", server.address];
  const stdin = line(0) + line(1, 8) + line(2);
  const env = { RIDES_TOKEN: tokens.token("seven") };
  const { code, stdout, stderr } = await rides(args, { stdin, env });
  deepEqual([code, stdout], [1, "2\n"]);
  match(stderr, /^Rejected: line 2: sequence 2: car_id: .*position:write:car=8\n/);
});

Deno.test("car upload - an input that is something else ends it", async () => {
  await using scene = await Scene.make();
  const many = await rides(scene.args("-"), { stdin: "x\n".repeat(5_000) });
  equal(many.code, 1);
  match(many.stderr, /\nline 1000: the 1000th line that is refused; is it the right input\?\n$/);
  const endless = await rides(scene.args("-"), { stdin: `${line(0)}${"x".repeat(2_000_000)}` });
  equal(endless.code, 1);
  match(endless.stderr, /line 2: longer than 1 MiB; is it the right input\?\n/);
});

Deno.test("car upload - a line too long for a position is put aside, however it comes", async () => {
  await using scene = await Scene.make();
  const long = "x".repeat(500_000);
  const stdin = `${lines(3_000)}${long}\n${line(3_000)}`;
  const { code, stdout, stderr } = await rides(scene.args("-"), { stdin });
  deepEqual([code, stdout], [1, "3001\n"]);
  match(stderr, /^Rejected: line 3001: longer than 65536 characters\nRejected: 1; /);
  const aside = JSON.parse(await Deno.readTextFile(`${scene.folder.path}/spool.rejected`));
  deepEqual([aside.line, aside.text], [3_001, long]);
});

const NO_INPUT: [string, string[], RegExp][] = [
  ["a file that is not there", ["none"], /^Cannot read none: there is no such file or folder\n$/],
  ["a folder", ["."], /^Cannot read \.: it is a folder\n$/],
  ["a key alone", ["-", "--tls", "--key", "k"], /^--cert and --key go together/],
];

for (const [what, args, stderr] of NO_INPUT) {
  Deno.test(`car upload - ${what} is told, and leaves no spool behind`, async () => {
    await using folder = await TemporaryFolder.make();
    const finished = await rides(["client", "car", "upload", ...args], { cwd: folder.path });
    match(finished.stderr, stderr);
    deepEqual([...Deno.readDirSync(folder.path)], []);
  });
}

for (const command of [["track"], ["car", "upload"]]) {
  Deno.test(`${command.join(" ")} - a folder for standard input is told, and leaves no spool behind`, async () => {
    await using folder = await TemporaryFolder.make();
    const under = ["sh", "-c", 'exec "$@" < .', "sh"] as const;
    const args = ["client", ...command, "-"];
    const { code, stderr } = await rides(args, { cwd: folder.path, under });
    deepEqual([code, stderr], [1, "Cannot read -: it is a folder\n"]);
    deepEqual([...Deno.readDirSync(folder.path)], []);
  });
}

Deno.test("car upload - takes a pipe that has a name", async () => {
  await using scene = await Scene.make();
  const pipe = `${scene.folder.path}/pipe`;
  equal((await run(["mkfifo", pipe])).code, 0);
  const [{ code, stdout, stderr }] = await Promise.all([
    rides(scene.args(pipe)),
    Deno.writeTextFile(pipe, lines(3)),
  ]);
  deepEqual({ code, stdout, stderr }, { code: 0, stdout: "3\n", stderr: "" });
});

Deno.test("car upload - two on one spool are refused, and so is a file that is no spool", async () => {
  await using scene = await Scene.make();
  await using upload = new RunningProgram(scene.args("-", "--format", "json"));
  await upload.feed(line(0));
  await upload.says("stdout", /"stored_lines":1/);
  const second = await rides(scene.args("-"), { stdin: line(1) });
  equal(second.code, 1);
  match(second.stderr, /^Cannot use .*spool: another upload has it; wait for its end, or name /);
  const other = await scene.write("other", "my diary\n");
  const wrong = await rides([...scene.args("-"), "--spool", other], { stdin: line(1) });
  equal(wrong.code, 1);
  match(wrong.stderr, /^Cannot use .*other: it is no spool of this program; /);
  equal(await Deno.readTextFile(other), "my diary\n");
});

Deno.test({
  name: "car upload - a spool that is no file, and forgets what it is given, is refused",
  ignore: Deno.build.os === "windows",
}, async () => {
  const args = ["client", "car", "upload", "-", "--spool", "/dev/null"];
  const { code, stderr } = await rides(args, { stdin: line(0) });
  equal(
    stderr,
    "Cannot use /dev/null: it is no regular file; name another file with --spool\n",
  );
  equal(code, 1);
});

Deno.test("car upload - a spool that somebody empties ends it, and is told in one line", async () => {
  await using scene = await Scene.make();
  await scene.killServer();
  await using upload = new RunningProgram(scene.args("-", "--format", "json"));
  await upload.feed(lines(3));
  await upload.says("stdout", /"spooled_lines":3/);
  await Deno.truncate(`${scene.folder.path}/spool`);
  const { code, stderr } = await upload.ended();
  match(
    JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "").error.message,
    /^Cannot read .*spool at byte 128: what was written there is gone; give what it held again$/,
  );
  equal(code, 1);
});

Deno.test("car upload - a server that does not take the call ends it, and nothing is lost", async () => {
  await using scene = await Scene.make();
  await using folder = await TemporaryFolder.make();
  const tokens = `${folder.path}/tokens`;
  await Deno.writeTextFile(tokens, "# nobody\n");
  await using strict = await ServingProgram.start(["--auth-tokens", tokens, "--store", "memory"]);
  const args = [...scene.args("-"), "--address", strict.address];
  const { code, stderr } = await rides(args, { stdin: lines(2) });
  equal(code, 64 + 16);
  match(
    stderr,
    /Not stored yet: 2 positions wait in .*spool; the next upload, or --once, sends them/,
  );
  equal((await rides(scene.args("--once"))).stdout, "2\n");
});

Deno.test({
  name: "car upload - a full disk is told, the input waits, and goes on when there is room",
  ignore: !SmallDisk.isAllowed,
  async fn() {
    await using scene = await Scene.make();
    await using disk = await SmallDisk.make(256);
    const ballast = `${disk.path}/ballast`;
    await Deno.writeFile(ballast, new Uint8Array(248 * 1024));
    const args = [...scene.args("-", "--format", "json"), "--spool", `${disk.path}/spool`];
    await using upload = new RunningProgram(args);
    const fed = upload.feed(lines(2_000)).then(() => upload.endInput());
    await upload.says("stderr", /"full":\{"message":"No space left on device"\}/);
    await Deno.remove(ballast);
    await upload.says("stderr", /"room":/);
    await fed;
    equal((await upload.ended()).code, 0);
    deepEqual(await stored(scene.address), upTo(2_000));
  },
});

Deno.test({
  name: "car upload - a disk with less room than the input has is no end of it",
  ignore: !SmallDisk.isAllowed,
  async fn() {
    await using scene = await Scene.make();
    await using disk = await SmallDisk.make(64);
    const args = [...scene.args("-"), "--spool", `${disk.path}/spool`];
    const { code, stderr } = await rides(args, { stdin: lines(5_000) });
    match(stderr, /No space left on device; the input waits/);
    equal(code, 0);
    deepEqual(await stored(scene.address), upTo(5_000));
  },
});

Deno.test({
  name: "car upload - a disk without room for a refused position holds it up until there is",
  ignore: !SmallDisk.isAllowed,
  async fn() {
    await using scene = await Scene.make();
    await using disk = await SmallDisk.make(64);
    const spool = `${disk.path}/spool`;
    await spoolWith(spool, [51, 91, 51]);
    const ballast = `${disk.path}/ballast`;
    await Deno.writeFile(ballast, new Uint8Array(1024 * 1024)).catch(() => {});
    const args = [...scene.args("--once", "--format", "json"), "--spool", spool];
    await using upload = new RunningProgram(args);
    await upload.says("stderr", /"full":\{"message":"No space left on device"\}/);
    await Deno.remove(ballast);
    await upload.says("stderr", /"room":/);
    equal((await upload.ended()).code, 1);
    deepEqual(await stored(scene.address), [0, 2]);
  },
});

Deno.test("car upload - wants one input", async () => {
  for (const args of [[], ["-", "--once"]]) {
    const { code, stderr } = await ridesHere(["client", "car", "upload", ...args]);
    equal(code, 2);
    match(stderr, /^Give a file of JSON lines, - for standard input, or --once\n$/);
  }
});
