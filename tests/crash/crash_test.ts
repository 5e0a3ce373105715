import { deepEqual, ok } from "node:assert/strict";
import { crash } from "./crashes.ts";

Deno.test("crash - loses nothing that was acknowledged, three times over", async () => {
  const { problems, positions, rides } = await crash(3);
  deepEqual(problems, []);
  ok(positions > 100 && rides > 3, `${positions} positions, ${rides} rides`);
});
