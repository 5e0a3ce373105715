import { equal, match, rejects } from "node:assert/strict";
import { openStorage } from "../../rides/storage/mod.ts";
import { TestStore } from "./support/stores.ts";

Deno.test("lock - keeps a second one from a file, and names who has it", async () => {
  await using test = await TestStore.open("sqlite");
  await rejects(openStorage(test.spec), (error: Error) => {
    match(
      error.message,
      new RegExp(`another server or backup has it open \\(process ${Deno.pid}\\)`),
    );
    return true;
  });
});

Deno.test("lock - is waited for as long as is asked", async () => {
  await using test = await TestStore.open("sqlite");
  const waiting = openStorage(test.spec, { lockWaitMs: 20_000 });
  await test.storage[Symbol.asyncDispose]();
  await using _second = await waiting;
});

Deno.test("lock - while it is waited for, the threads of the store already load", async () => {
  await using test = await TestStore.open("sqlite");
  using started = countWorkers();
  const waits = Promise.withResolvers<number>();
  const waiting = openStorage(test.spec, {
    lockWaitMs: 20_000,
    log: () => waits.resolve(started.count),
  });
  equal(await waits.promise, 2);
  await test.storage[Symbol.asyncDispose]();
  await using _second = await waiting;
  equal(started.count, 2);
});

/** Counts the workers that are started, until it is disposed of. */
function countWorkers(): Disposable & { count: number } {
  const { Worker } = globalThis;
  const counting = {
    count: 0,
    [Symbol.dispose]() {
      globalThis.Worker = Worker;
    },
  };
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      counting.count++;
    }
  };
  return counting;
}

Deno.test("lock - is gone with the store that had it", async () => {
  await using test = await TestStore.open("sqlite");
  await test.storage[Symbol.asyncDispose]();
  await rejects(Deno.stat(`${test.file}.lock`), Deno.errors.NotFound);
});

Deno.test("lock - one that its holder removes while another waits for it is made anew", async () => {
  await using test = await TestStore.open("sqlite");
  const waiting = openStorage(test.spec, { lockWaitMs: 20_000 });
  await test.storage[Symbol.asyncDispose]();
  await using _second = await waiting;
  await rejects(openStorage(test.spec), /another server or backup has it open/);
});
