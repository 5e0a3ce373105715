/** `rides client … watch` against the real server, also when that starts anew. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, RunningProgram, ServingProgram } from "../support/program.ts";

const RIDE = { carId: 7n, driverId: "Ann", passengersIds: [], type: "REGULAR" } as const;

/** Has a car tell that it is at 51,1, or so many times 7 cm east of it. */
async function move(client: RidesClient, east = 0, carId = 7n): Promise<void> {
  const nowMs = Date.now();
  const time = { seconds: Math.floor(nowMs / 1_000), nanos: (nowMs % 1_000) * 1e6 };
  equal(await client.track([{ carId, time, location: { lat: 51, lng: 1 + east / 1e6 } }]), 1);
}

Deno.test("ride watch - prints a ride, its changes and its car's positions, to its end", async () => {
  await using server = await ServingProgram.start(["--store", "memory"]);
  await using client = new RidesClient({ address: server.address });
  const { id } = await client.rides.create(RIDE);
  const args = ["client", "ride", "watch", id, "--address", server.address];
  await using text = new RunningProgram(args);
  await using json = new RunningProgram([...args, "--format", "json"]);
  await text.says("stdout", /ASSIGNED/);
  await json.says("stdout", /ASSIGNED/);
  await client.rides.arrive(id);
  await client.rides.begin(id);
  await move(client);
  await client.rides.complete(id);
  const shown = await text.ended();
  deepEqual([shown.code, shown.stderr], [0, ""]);
  const plain = shown.stdout.replaceAll(/^\S+ \S+ {2}/gm, "").replaceAll(id, "ID");
  match(
    plain,
    /^rides\/ID {2}ASSIGNED {2}car 7\nrides\/ID {2}ARRIVED {2}car 7\nrides\/ID {2}ACTIVE {2}car 7 {2}0\.0 m\ncar 7 {2}51,1\nrides\/ID {2}COMPLETED {2}car 7 {2}0\.0 m\n$/,
  );
  const { stdout } = await json.ended();
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepEqual(
    lines.flatMap(({ ride, position }) => ride?.state ?? position?.location.lng ?? []),
    ["ASSIGNED", "ARRIVED", "ACTIVE", 1, "COMPLETED"],
  );
  ok(lines.some(({ resume_token }) => typeof resume_token === "string"));
});

Deno.test("ride watch - of no ride ends NOT_FOUND at once", async () => {
  await using server = await ServingProgram.start(["--store", "memory"]);
  const args = ["client", "ride", "watch", "none", "--address", server.address];
  equal((await rides(args)).code, 64 + 5);
});

for (const how of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(`car watch - goes on behind a restart after ${how}, and shows the gap`, async () => {
    await using folder = await TemporaryFolder.make();
    const store = ["--store", `sqlite:${folder.path}/rides.db`];
    let server = await ServingProgram.start(store);
    const { port, address } = server;
    await using client = new RidesClient({ address });
    const { id } = await client.rides.create(RIDE);
    await move(client);
    await using watch = new RunningProgram(["client", "car", "watch", "--address", address]);
    try {
      await watch.says("stdout", /car 7 {2}51,1$/);
      server.signal(how);
      await server.ended();
      await watch.says("stderr", /^Lost: (UNAVAILABLE|INTERNAL): .*; trying again$/);
      server = await ServingProgram.start([...store, "--listen", `127.0.0.1:${port}`]);
      await using other = new RidesClient({ address });
      await other.rides.arrive(id);
      await move(other, 2);
      await watch.says("stdout", /ARRIVED/);
      await watch.says("stdout", /car 7 {2}51,1\.000002$/);
      match(watch.stderr, /\nBack after \d+\.\d s; what happened meanwhile follows\n$/);
      // Nothing twice, and nothing left out.
      const events = watch.stdout.trimEnd().split("\n").map((line) => line.split("  ").slice(1));
      deepEqual(events.map((words) => words[1]), [
        "51,1",
        "ARRIVED",
        "51,1.000002",
      ]);
      watch.signal("SIGINT");
      equal((await watch.ended()).code, 130);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  });
}

Deno.test("car watch - Ctrl-C ends it with 130 and a token, behind which another goes on", async () => {
  await using server = await ServingProgram.start(["--store", "memory"]);
  await using client = new RidesClient({ address: server.address });
  await move(client);
  const args = ["client", "car", "watch", "--car", "7", "--address", server.address];
  await using first = new RunningProgram(args);
  await first.says("stdout", /car 7 {2}51,1$/);
  first.signal("SIGINT");
  const { code, stderr } = await first.ended();
  equal(code, 130);
  const [, token = ""] = /^--resume (\S+)\n$/.exec(stderr) ?? [];
  ok(token !== "", stderr);
  await move(client, 2);
  await move(client, 3);
  const { stdout } = await rides([...args, "--resume", token, "--limit", "1"]);
  match(stdout, /^\S+ \S+ {2}car 7 {2}51,1\.00000[23]\n$/);
  const wrong = await rides([...args, "--resume", "nonsense"]);
  equal(wrong.code, 64 + 3, wrong.stderr);
});

Deno.test("car watch - a server that no longer knows what happened meanwhile is told apart", async () => {
  let server = await ServingProgram.start(["--store", "memory"]);
  const { port, address } = server;
  const args = ["client", "car", "watch", "--address", address, "--format", "json"];
  await using watch = new RunningProgram(args);
  try {
    await watch.says("stdout", /"snapshot_complete":true/);
    await server[Symbol.asyncDispose]();
    await watch.says("stderr", /^\{"lost":\{"status":"/);
    server = await ServingProgram.start(["--store", "memory", "--listen", `127.0.0.1:${port}`]);
    await watch.says("stderr", /^\{"gap":\{"lost_ms":\d+,"missed":true\}\}$/);
    await using client = new RidesClient({ address });
    await move(client);
    await watch.says("stdout", /"car_id":7/);
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("car watch - some cars, a box, or all", async () => {
  await using server = await ServingProgram.start(["--store", "memory"]);
  await using client = new RidesClient({ address: server.address });
  await move(client);
  const watch = async (...args: string[]) => {
    const at = ["client", "car", "watch", "--address", server.address, "--format", "json"];
    await using program = new RunningProgram([...at, ...args]);
    await program.says("stdout", /"snapshot_complete":true/);
    return program.stdout.includes('"car_id":7');
  };
  equal(await watch(), true);
  equal(await watch("--car", "7"), true);
  equal(await watch("--car", "8", "--car", "9"), false);
  equal(await watch("--box", "50,0,52,2"), true);
  equal(await watch("--box", "-52,0,-50,2"), false);
});

Deno.test("car watch - gives no token behind events that --limit has left out", async () => {
  await using server = await ServingProgram.start(["--store", "memory"]);
  await using client = new RidesClient({ address: server.address });
  await move(client, 0, 7n);
  await move(client, 0, 8n);
  const watch = async (limit: string) => {
    const at = ["client", "car", "watch", "--address", server.address, "--format", "json"];
    const { stdout } = await rides([...at, "--limit", limit]);
    return stdout.trimEnd().split("\n").map((line) => Object.keys(JSON.parse(line))[0]);
  };
  // Both come in one response.
  deepEqual(await watch("1"), ["position"]);
  deepEqual(await watch("2"), ["position", "position", "resume_token"]);
});

Deno.test("car watch - a server that stays away ends it with why", async () => {
  const server = await ServingProgram.start(["--store", "memory"]);
  const args = ["client", "car", "watch", "--address", server.address, "--reconnect", "0"];
  await using watch = new RunningProgram([...args, "--format", "json"]);
  await watch.says("stdout", /"snapshot_complete":true/);
  await server[Symbol.asyncDispose]();
  const { code, stderr } = await watch.ended();
  ok(code === 64 + 14 || code === 64 + 13, `${code} ${stderr}`);
});
