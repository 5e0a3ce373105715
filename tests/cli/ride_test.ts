/** `rides client ride` against the real server. */
import { deepEqual, equal, match } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { type Finished, ServingProgram } from "../support/program.ts";
import { UUID_V7 } from "../support/rides.ts";
import { ridesHere } from "../support/rides_here.ts";

/** A server without a past, and the commands of rides against it. */
class Scene implements AsyncDisposable {
  private constructor(readonly server: ServingProgram) {}

  static async make(): Promise<Scene> {
    return new Scene(await ServingProgram.start(["--store", "memory"]));
  }

  ride(...args: string[]): Promise<Finished> {
    return ridesHere(["client", "ride", ...args, "--address", this.server.address]);
  }

  /** What a command prints as JSON: a value a line. */
  async json(...args: string[]): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await this.ride(...args, "--format", "json");
    equal(code, 0, stderr);
    return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

/** The lines of a card, without the times. */
function timeless(stdout: string): string {
  return stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, "TIME");
}

Deno.test("ride - a ride lives from its request to its end, in text and in JSON", async () => {
  await using scene = await Scene.make();
  const created = await scene.ride(
    ...["create", "--passenger-id", "M", "--passenger-id", "Q", "--type", "POOL"],
    ...["--pickup", "51.46,-0.2", "--dropoff", "51.5,-0.12"],
  );
  equal(created.code, 0, created.stderr);
  const [, id = ""] = /^ride +rides\/(.+)$/m.exec(created.stdout) ?? [];
  match(id, UUID_V7);
  equal(
    timeless(created.stdout),
    `ride        rides/${id}
state       REQUESTED
type        POOL
passengers  M, Q
pickup      51.46,-0.2
dropoff     51.5,-0.12
created     TIME
etag        "1"
`,
  );
  const [assigned] = await scene.json("assign", id, "--car-id", "7", "--driver-id", "John Doe");
  const { create_time, ...rest } = assigned ?? {};
  match(String(create_time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
  deepEqual(rest, {
    name: `rides/${id}`,
    state: "ASSIGNED",
    car_id: 7,
    driver_id: "John Doe",
    passengers_ids: ["M", "Q"],
    type: "POOL",
    pickup: { lat: 51.46, lng: -0.2 },
    dropoff: { lat: 51.5, lng: -0.12 },
    distance_meters: 0,
    position_count: 0,
    etag: '"2"',
  });
  match((await scene.ride("assign", id, "--release")).stdout, /^state +REQUESTED$/m);
  await scene.ride("assign", id, "--car-id", "7", "--driver-id", "John Doe");
  // With the etag as it is printed, and as a shell leaves it.
  match((await scene.ride("arrive", `rides/${id}`, "--etag", '"4"')).stdout, /^state +ARRIVED$/m);
  match((await scene.ride("begin", id, "--etag", "5")).stdout, /^started +\d{4}-/m);
  match(
    timeless((await scene.ride("complete", id)).stdout),
    /^ended +TIME\ndistance +0\.0 m, positions: 0\netag +"7"\n$/m,
  );
  const [got] = await scene.json("get", id);
  equal(got?.state, "COMPLETED");
});

Deno.test("ride - what does not go exits 64 + the code, and says why", async () => {
  await using scene = await Scene.make();
  const [ride] = await scene.json("create");
  const name = String(ride?.name);
  deepEqual(await scene.ride("get", "none"), {
    code: 64 + 5,
    stdout: "",
    stderr: "NOT_FOUND: There is no ride rides/none\n",
  });
  const stale = await scene.ride("cancel", name, "--etag", "9");
  equal(stale.code, 64 + 10);
  match(stale.stderr, /^ABORTED: .*changed/);
  const early = await scene.ride("begin", name);
  equal(early.code, 64 + 9);
  match(early.stderr, /^FAILED_PRECONDITION: Cannot begin rides\/.*: its state is REQUESTED, /);
  const far = await scene.ride("create", "--pickup", "91,0");
  equal(far.code, 64 + 3);
  match(far.stderr, /^INVALID_ARGUMENT: ride\.pickup\.lat: 91 is out of range/);
  const cancelled = await scene.ride("cancel", name);
  equal(cancelled.code, 0);
  const twice = await scene.ride("cancel", name, "--format", "json");
  equal(twice.code, 64 + 9);
  equal(JSON.parse(twice.stderr).error.status, "FAILED_PRECONDITION");
});

Deno.test("ride create - a repeated request id answers the first ride", async () => {
  await using scene = await Scene.make();
  const args = ["create", "--passenger-id", "M", "--request-id", "4711"];
  const [first] = await scene.json(...args);
  const [again] = await scene.json(...args);
  equal(again?.name, first?.name);
  equal((await scene.json("list")).length, 1);
  const other = await scene.ride("create", "--passenger-id", "Q", "--request-id", "4711");
  equal(other.code, 64 + 6);
});

Deno.test("ride list - pages for the user, and filters", async () => {
  await using scene = await Scene.make();
  await using client = new RidesClient({ address: scene.server.address });
  const request = { passengersIds: [], type: "REGULAR" as const };
  await client.rides.create({ ...request, carId: 7n, driverId: "Ann" });
  await client.rides.create({ ...request, carId: 8n, driverId: "Bob" });
  for (let index = 0; index < 58; index++) {
    await client.rides.create({ ...request, carId: 0n, driverId: "" });
  }
  const short = await scene.ride("list");
  equal(short.stdout.split("\n").length, 1 + 50 + 1);
  match(short.stderr, /^There are more; --limit says how many are shown, /);
  const long = await scene.ride("list", "--limit", "60");
  const [title, first, ...others] = long.stdout.trimEnd().split("\n");
  equal(title, "RIDE                                  STATE      CREATED (UTC)     CAR  DRIVER");
  match(first ?? "", /^[0-9a-f-]{36} {2}REQUESTED {2}\d{4}-\d\d-\d\d \d\d:\d\d$/);
  match(
    others.at(-1) ?? "",
    /^[0-9a-f-]{36} {2}ASSIGNED {3}\d{4}-\d\d-\d\d \d\d:\d\d {4}7 {2}Ann$/,
  );
  equal(others.length, 59);
  equal(long.stderr, "");
  equal((await scene.json("list")).length, 60);
  equal((await scene.json("list", "--limit", "3")).length, 3);
  const names = async (...args: string[]) =>
    (await scene.json("list", ...args)).map(({ driver_id }) => driver_id);
  deepEqual(await names("--state", "ASSIGNED", "--state", "ARRIVED"), ["Bob", "Ann"]);
  deepEqual(await names("--car-id", "7"), ["Ann"]);
  deepEqual(await names("--driver-id", "Bob"), ["Bob"]);
  deepEqual(await names("--to", "2022-01-01T00:00:00Z"), []);
  deepEqual(await scene.ride("list", "--from", "2222-01-01T00:00:00Z"), {
    code: 0,
    stdout: "",
    stderr: "There are none.\n",
  });
});
