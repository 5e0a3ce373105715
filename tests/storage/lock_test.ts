import { match, rejects } from "node:assert/strict";
import { openStorage } from "../../rides/storage/mod.ts";
import { TestStore } from "./support/stores.ts";

Deno.test("lock - keeps a second one from a file, and names who has it", async () => {
  await using test = await TestStore.open("sqlite");
  await rejects(openStorage(test.spec), (error: Error) => {
    match(error.message, new RegExp(`another server has it open \\(process ${Deno.pid}\\)`));
    return true;
  });
});

Deno.test("lock - is waited for as long as is asked", async () => {
  await using test = await TestStore.open("sqlite");
  const waiting = openStorage(test.spec, { lockWaitMs: 20_000 });
  await test.storage[Symbol.asyncDispose]();
  await using _second = await waiting;
});
