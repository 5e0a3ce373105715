import { deepEqual, equal } from "node:assert/strict";
import { carServiceDefinition, type ListPositions } from "../../rides/wire/v1/car_service.ts";
import { rideServiceDefinition } from "../../rides/wire/v1/ride_service.ts";
import { eventually } from "../support/eventually.ts";
import { fixAt } from "../support/fixes.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { ALL_RIDES } from "../support/rides.ts";
import { TokensFile } from "../support/tokens.ts";
import { Watching } from "../support/watching.ts";

const { ListPositions, GetCar } = carServiceDefinition;
const { ListRides } = rideServiceDefinition;

/** As many as a line reads at once, and one. */
const LONG = 2_001;

const listOf = (car: number, more: Partial<ListPositions> = {}): ListPositions => ({
  parent: `cars/${car}`,
  from: null,
  to: null,
  pageSize: 0,
  pageToken: "",
  simplifyTo: 0,
  ...more,
});

Deno.test("listings - two are read at a time, and the callers that wait have one in turn", async () => {
  await using scene = await Scene.start();
  for (const car of [1, 2, 3, 4]) {
    scene.list("ann", listOf(car));
    await scene.taken();
  }
  scene.list("bob", listOf(5));
  await scene.taken();
  scene.channel.call(ListRides, ALL_RIDES, scene.tokens.as("cid"));
  await scene.taken();
  // What is short goes past them.
  scene.list("ann", listOf(6, { pageSize: 100 }));
  const begun = ["cars/1", "cars/2", "cars/6"];
  await scene.begun(...begun);
  const next = ["cars/3", "cars/5", "rides", "cars/4"];
  for (const done of ["cars/2", "cars/1", "cars/3", "rides"]) {
    begun.push(next.shift()!);
    scene.finish(done);
    await scene.begun(...begun);
  }
});

Deno.test("listings - a caller's lines are held one after the other", async () => {
  await using scene = await Scene.start(LONG);
  for (const car of [1, 2]) {
    scene.list("ann", listOf(car, { simplifyTo: 2 }));
    await scene.taken();
  }
  const order = ["cars/1"];
  for (const next of ["cars/1", "cars/2", "cars/2"]) {
    await scene.begun(...order);
    scene.finish(order.at(-1)!);
    order.push(next);
  }
  await scene.begun(...order);
});

Deno.test("listings - of a caller who has left by its turn nothing is read", async () => {
  await using scene = await Scene.start();
  const [first] = [1, 2].map((car) => scene.list("ann", listOf(car)));
  await scene.taken();
  const third = scene.list("ann", listOf(3));
  await scene.begun("cars/1", "cars/2");
  await scene.taken();
  await third.cancel();
  // The server knows.
  equal((await scene.serving.log.line(ListPositions.path)).fields.code, "CANCELLED");
  scene.list("ann", listOf(4));
  await scene.taken();
  scene.finish("cars/1");
  equal((await first!.ended).status, "OK");
  await scene.begun("cars/1", "cars/2", "cars/4");
});

/** A server whose reads of lists a test lets go on one by one, and callers with tokens. */
class Scene implements AsyncDisposable {
  readonly #begun: string[] = [];
  readonly #reads: { readonly name: string; readonly goOn: () => void }[] = [];
  #isOver = false;

  private constructor(
    private readonly watching: Watching,
    readonly tokens: TokensFile,
    private readonly resources: AsyncDisposableStack,
  ) {
    const { storage } = watching;
    const [listFixes, listRides] = [storage.listFixes, storage.listRides];
    storage.listFixes = async (carId, ...rest) => {
      await this.#held(`cars/${carId}`);
      return await listFixes.call(storage, carId, ...rest);
    };
    storage.listRides = async (...args) => {
      await this.#held("rides");
      return await listRides.call(storage, ...args);
    };
  }

  /** @param positions how many each of six cars has */
  static async start(positions = 1): Promise<Scene> {
    await using resources = new AsyncDisposableStack();
    const folder = resources.use(await TemporaryFolder.make());
    const tokens = await new TokensFile(`${folder.path}/tokens`)
      .write({ ann: "admin", bob: "admin", cid: "admin" });
    const watching = resources.use(await Watching.start({ auth: { tokensFile: tokens.path } }));
    for (let second = 0; second < positions; second++) {
      await watching.storage.room;
      for (let car = 1n; car <= 6n; car++) watching.storage.put(fixAt(car, second * 1_000));
    }
    await watching.storage.put(fixAt(1n, positions * 1_000)).stored;
    return new Scene(watching, tokens, resources.move());
  }

  get serving() {
    return this.watching.serving;
  }

  get channel() {
    return this.watching.channel;
  }

  /** Has a caller list positions. */
  list(name: string, query: ListPositions) {
    return this.channel.open(ListPositions, this.tokens.as(name)).send(query).finish();
  }

  /** Resolves when the server has taken all calls so far: it answers others meanwhile. */
  async taken(): Promise<void> {
    const { status } = await this.channel.call(GetCar, { name: "cars/1" }, this.tokens.as("ann"));
    equal(status, "OK");
  }

  /** Waits until these were begun to be read, and no others. */
  async begun(...names: string[]): Promise<void> {
    await eventually(`the read of ${names.at(-1)}`, () => this.#begun.length >= names.length);
    deepEqual(this.#begun, names);
  }

  /** Lets the first read of that list go on. */
  finish(name: string): void {
    const [read] = this.#reads.splice(this.#reads.findIndex((read) => read.name === name), 1);
    read!.goOn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const { goOn } of this.#reads) goOn();
    await this.resources.disposeAsync();
  }

  #held(name: string): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    this.#begun.push(name);
    return new Promise((goOn) => this.#reads.push({ name, goOn }));
  }
}
