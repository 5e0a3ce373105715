/** `rides client car` against the real server. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { TemporaryFolder } from "../support/paths.ts";
import { type Finished, ServingProgram } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";

const NOW_MS = Date.now();

function position(
  car: number | string,
  lat: number,
  lng: number,
  agoMs: number,
  more = "",
): string {
  const time = new Date(NOW_MS - agoMs).toISOString();
  return `{"car_id":${car},"time":"${time}","lat":${lat},"lng":${lng}${more}}\n`;
}

/** Three cars: one here now, one here an hour ago, one elsewhere. */
const HERE = position(7, 51.46, -0.2, 2_000, ',"speed_mps":13.9,"heading_degrees":90');
const EARLIER = position(7, 51.459, -0.2, 12_000);
const STALE = position(8, 51.461, -0.2, 3_600_000);
const LARGE = 2n ** 63n - 1n;
const ELSEWHERE = position(`"${LARGE}"`, -33.9, 18.4, 1_000);

/** A server that has been told of the three cars, and the commands of cars against it. */
class Scene implements AsyncDisposable {
  private constructor(readonly server: ServingProgram) {}

  static async make(): Promise<Scene> {
    const scene = new Scene(await ServingProgram.start(["--store", "memory"]));
    const stdin = EARLIER + HERE + STALE + ELSEWHERE;
    await using folder = await TemporaryFolder.make();
    const spool = ["--spool", `${folder.path}/spool`];
    const { stdout, stderr } = await ridesHere(
      ["client", "car", "upload", "-", ...spool, "--address", scene.server.address],
      { stdin },
    );
    equal(stdout, "4\n", stderr);
    return scene;
  }

  car(...args: string[]): Promise<Finished> {
    return ridesHere(["client", "car", ...args, "--address", this.server.address]);
  }

  async json(...args: string[]): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await this.car(...args, "--format", "json");
    equal(code, 0, stderr);
    return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test("car get - prints where a car is, in text and in JSON", async () => {
  await using scene = await Scene.make();
  const text = await scene.car("get", "7");
  match(
    text.stdout,
    /^car +7\ntime +\d{4}-.*\nlocation +51\.46,-0\.2\nspeed +13\.9 m\/s\nheading +90°\nreceived +\d/,
  );
  const [car] = await scene.json("get", "cars/7");
  equal(car?.name, "cars/7");
  const { receive_time, ...latest } = car?.latest_position as Record<string, unknown>;
  match(String(receive_time), /Z$/);
  deepEqual(latest, {
    car_id: 7,
    time: new Date(NOW_MS - 2_000).toISOString().replace(".000Z", "Z"),
    location: { lat: 51.46, lng: -0.2 },
    speed_mps: 13.9,
    heading_degrees: 90,
  });
  const none = await scene.car("get", "9");
  equal(none.code, 64 + 5);
  match(none.stderr, /^NOT_FOUND: /);
  equal((await scene.car("get", "0")).code, 64 + 3);
});

Deno.test("car list - prints every car by its number; one beyond 2^53 is a text in JSON", async () => {
  await using scene = await Scene.make();
  const { stdout } = await scene.car("list");
  const [title, ...rows] = stdout.trimEnd().split("\n");
  equal(title?.trimStart().split(/ {2,}/).join("|"), "CAR|TIME (UTC)|LAT|LNG|SPEED|HEADING|FLAGS");
  deepEqual(rows.map((row) => row.trim().split(" ")[0]), ["7", "8", String(LARGE)]);
  ok(stdout.split("\n").every((line) => line.length <= 100), stdout);
  const cars = await scene.json("list");
  deepEqual(cars.map(({ name }) => name), ["cars/7", "cars/8", `cars/${LARGE}`]);
  equal((cars[2]?.latest_position as Record<string, unknown>).car_id, String(LARGE));
  equal((await scene.json("list", "--limit", "1")).length, 1);
});

Deno.test("car near - prints the nearest first, within the radius and as fresh as is asked", async () => {
  await using scene = await Scene.make();
  const at = ["near", "--lat", "51.4604", "--lng", "-0.2"];
  const { stdout } = await scene.car(...at);
  const [title, ...rows] = stdout.trimEnd().split("\n");
  match(title ?? "", /^CAR {2}DISTANCE {2}TIME \(UTC\)/);
  deepEqual(rows.map((row) => row.trim().split(/ {2,}/).slice(0, 2).join(" at ")), [
    "7 at 44.5 m",
    "8 at 66.7 m",
  ]);
  const near = await scene.json(...at, "--radius", "50m");
  deepEqual(near.map(({ car }) => (car as { name: string }).name), ["cars/7"]);
  ok(Math.abs(Number(near[0]?.distance_meters) - 44.5) < 0.1);
  const fresh = await scene.json(...at, "--max-staleness", "5m", "--radius", "20000km");
  deepEqual(fresh.map(({ car }) => (car as { name: string }).name), ["cars/7", `cars/${LARGE}`]);
  equal((await scene.json(...at, "--limit", "1")).length, 1);
  equal((await scene.car("near", "--lat", "91", "--lng", "0")).code, 64 + 3);
  equal((await scene.car(...at, "--radius", "0m")).code, 64 + 3);
});

Deno.test("car history - prints positions by their time, of a range, and simplified", async () => {
  await using scene = await Scene.make();
  const { stdout } = await scene.car("history", "7");
  const [title, ...rows] = stdout.trimEnd().split("\n");
  match(title ?? "", /^TIME \(UTC\) +LAT +LNG +SPEED +HEADING +FLAGS$/);
  deepEqual(rows.map((row) => / {2}(51\.\d+)/.exec(row)?.[1]), ["51.4590000", "51.4600000"]);
  const lats = async (...args: string[]) =>
    (await scene.json("history", "7", ...args))
      .map(({ location }) => (location as { lat: number }).lat);
  const between = new Date(NOW_MS - 5_000).toISOString();
  deepEqual(await lats("--from", between), [51.46]);
  deepEqual(await lats("--to", between), [51.459]);
  deepEqual(await lats("--limit", "1"), [51.459]);
  deepEqual(await lats("--simplify", "2"), [51.459, 51.46]);
});
