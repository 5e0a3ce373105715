import { deepEqual } from "node:assert/strict";
import { quickAttacks } from "./attacks.ts";
import { HOW_TO_RUN, ignored } from "./ignored.ts";
import { lastingFaults } from "./lasting_faults.ts";
import { Scene } from "./scene.ts";

const SHORT = { seconds: 0.5, crowd: 500, patient: false };

Deno.test({
  name: `attacks - the server stands them, and others hardly notice ${HOW_TO_RUN}`,
  ignore: ignored,
  fn: async (t) => {
    await using scene = await Scene.set();
    for (const attack of quickAttacks) {
      await t.step(attack.name, async () => {
        deepEqual(await lastingFaults(attack, scene, SHORT), []);
      });
    }
  },
});
