import { deepEqual, equal, match } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, RunningProgram, ServingProgram } from "../support/program.ts";
import { UUID_V7 } from "../support/rides.ts";
import { ridesHere } from "../support/rides_here.ts";

const POSITION = '{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1.0,"lng":1.0}';

const START = ["client", "start", "--car-id", "7", "--driver-id", "John Doe"];
const FULL = "--passenger-id M --passenger-id Q --type POOL --lat 51.46 --lng -0.2".split(" ");

Deno.test("client start - prints the id, in text and in JSON", async () => {
  await using serving = await ServingProgram.start();
  const at = ["--address", serving.address];
  const text = await rides([...START, ...FULL, "--time", "2022-01-01T12:00:00+01:00", ...at]);
  deepEqual([text.code, text.stderr], [0, ""]);
  match(text.stdout.trim(), UUID_V7);
  const json = await rides([...START, ...FULL, ...at, "--format", "json"]);
  match(JSON.parse(json.stdout).id, UUID_V7);
});

Deno.test("client start - a refusal names every field, and exits 64 + INVALID_ARGUMENT", async () => {
  await using serving = await ServingProgram.start();
  const args = [
    "client",
    "start",
    "--car-id",
    "0",
    "--driver-id",
    "",
    "--address",
    serving.address,
  ];
  const text = await ridesHere(args);
  deepEqual(text, {
    code: 67,
    stdout: "",
    stderr: "INVALID_ARGUMENT: car_id: must be positive\n  also driver_id: empty\n",
  });
  const json = await ridesHere([...args, "--format", "json"]);
  equal(json.code, 67);
  deepEqual(JSON.parse(json.stderr), {
    error: {
      status: "INVALID_ARGUMENT",
      code: 3,
      message: "car_id: must be positive",
      violations: [
        { field: "car_id", reason: "must be positive" },
        { field: "driver_id", reason: "empty" },
      ],
    },
  });
});

Deno.test("client person - prints the same person twice, in text and in JSON", async () => {
  await using serving = await ServingProgram.start();
  const args = ["client", "person", "trung", "--address", serving.address];
  equal((await ridesHere(args)).stdout, "trung: id 1, not married\n");
  const { stdout } = await ridesHere([...args, "--format", "json"]);
  deepEqual(JSON.parse(stdout), { name: "trung", id: 1, married: false });
});

Deno.test("client track - prints the count of made-up positions, in text and in JSON", async () => {
  await using serving = await ServingProgram.start();
  const args = ["client", "track", "--random", "10", "--address", serving.address];
  deepEqual(await rides(args), { code: 0, stdout: "10\n", stderr: "" });
  deepEqual(JSON.parse((await ridesHere([...args, "--format", "json"])).stdout), { count: 10 });
});

Deno.test("client track - reads a file and, for -, standard input", async () => {
  await using serving = await ServingProgram.start();
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/positions.jsonl`;
  // The last line has no end, one is empty, and one ends as on Windows.
  const lines = `${POSITION}\n\n${POSITION}\r\n${POSITION}`;
  await Deno.writeTextFile(file, lines);
  const at = ["--address", serving.address];
  equal((await rides(["client", "track", file, ...at])).stdout, "3\n");
  equal((await rides(["client", "track", "-", ...at], { stdin: lines })).stdout, "3\n");
  equal((await rides(["client", "track", "-", ...at], { stdin: "" })).stdout, "0\n");
});

const BAD_LINES: [string, string, RegExp][] = [
  ["no JSON", "car 7", /^line 2: .*JSON/],
  ["no object", "[7]", /^line 2: not a JSON object$/],
  ["a missing field", '{"car_id":7,"lat":1,"lng":1}', /^line 2: time: missing$/],
  ["an unknown field", POSITION.replace("lng", "lon"), /^line 2: unknown field "lon"; /],
  ["a car that is no integer", POSITION.replace("7", "7.5"), /^line 2: car_id: 7.5 is not/],
  [
    "a car that JSON cannot hold",
    POSITION.replace("7", "9007199254740993"),
    /^line 2: car_id: a number beyond 2\^53/,
  ],
  ["a text for a number", POSITION.replace("1.0", '"1"'), /^line 2: lat: "1" is not a number$/],
  ["no time", POSITION.replace("22T", "30T"), /^line 2: time: .* is not a time as in/],
  [
    "what the domain refuses",
    POSITION.replace("1.0", "91"),
    /^line 2: location.lat: 91 is out of range \[-90, 90\]$/,
  ],
];

Deno.test("client track - names a bad line by its number, and what is wrong", async (test) => {
  await using serving = await ServingProgram.start();
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/positions.jsonl`;
  for (const [what, line, stderr] of BAD_LINES) {
    await test.step(what, async () => {
      await Deno.writeTextFile(file, `${POSITION}\n${line}\n${POSITION}\n`);
      const finished = await ridesHere(["client", "track", file, "--address", serving.address]);
      equal(finished.code, 1);
      equal(finished.stdout, "");
      match(finished.stderr.trimEnd(), stderr);
    });
  }
});

Deno.test("client track - a file that cannot be read is told in one line", async () => {
  await using folder = await TemporaryFolder.make();
  for (const file of [`${folder.path}/none`, folder.path]) {
    const { code, stderr } = await rides(["client", "track", file]);
    equal(code, 1);
    match(stderr, /^Cannot read .+\n$/);
  }
});

Deno.test("client track - ends at the position that the server refuses", async () => {
  await using serving = await ServingProgram.start();
  const { code, stderr } = await ridesHere(
    ["client", "track", "--random", "890000", "--car-id", "0", "--address", serving.address],
  );
  equal(code, 67);
  equal(
    stderr,
    "INVALID_ARGUMENT: position 0: car_id: must be positive (0 were counted before it)\n",
  );
});

Deno.test("client track - says how many it has sent to a server that went away", async () => {
  for (
    const [format, sent] of [
      ["text", /^Sent: 2 positions, and any number of them may be stored; .+\nUNAVAILABLE: /],
      ["json", /^\{"sent":2\}\n\{"error":/],
    ] as const
  ) {
    await using serving = await ServingProgram.start(["--store", "memory"]);
    const at = ["--address", serving.address];
    await using track = new RunningProgram(["client", "track", "-", "--format", format, ...at]);
    await track.feed(`${POSITION}\n${POSITION.replace("09Z", "10Z")}\n`);
    await eventually("both are stored", async () => {
      const history = ["client", "car", "history", "7", "--format", "json", ...at];
      return (await ridesHere(history)).stdout.split("\n").length === 3;
    });
    serving.signal("SIGKILL");
    const { code, stdout, stderr } = await track.ended();
    match(stderr, sent);
    deepEqual([code, stdout], [64 + 14, ""]);
  }
});

Deno.test("client track - a car beyond 2^53 is given as a text, or by --car-id", async () => {
  await using serving = await ServingProgram.start();
  const stdin = POSITION.replace("7", `"${2n ** 63n - 1n}"`);
  const at = ["--address", serving.address];
  equal((await ridesHere(["client", "track", "-", ...at], { stdin })).stdout, "1\n");
  const flag = ["--car-id", `${2n ** 63n - 1n}`];
  equal((await ridesHere(["client", "track", "--random", "2", ...flag, ...at])).stdout, "2\n");
});

Deno.test("client track - waits between two positions", async () => {
  await using serving = await ServingProgram.start(["--log-format", "json"]);
  const args = ["--random", "4", "--interval", "100ms", "--address", serving.address];
  equal((await rides(["client", "track", ...args])).stdout, "4\n");
  serving.signal("SIGTERM");
  const { stderr } = await serving.ended();
  const line = JSON.parse(stderr.split("\n").find((line) => line.includes("/Rides/Track")) ?? "");
  equal(line.code, "OK");
  equal(line.duration_ms > 250, true, `${line.duration_ms} ms for three pauses of 100 ms`);
});
