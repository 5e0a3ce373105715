import { deepEqual, ok } from "node:assert/strict";
import { crash } from "./crashes.ts";

Deno.test("crash - loses nothing that was acknowledged, twenty times over", async () => {
  const { problems, positions, rides } = await crash(20);
  deepEqual(problems, []);
  ok(positions > 1_000 && rides > 20, `${positions} positions, ${rides} rides`);
});
