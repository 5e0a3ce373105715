import { deepEqual } from "node:assert/strict";
import { slowAttacks } from "./attacks.ts";
import { HOW_TO_RUN, ignored } from "./ignored.ts";
import { lastingFaults } from "./lasting_faults.ts";
import { Scene } from "./scene.ts";

const SHORT = { seconds: 0.5, crowd: 0, patient: false };

Deno.test({
  name: `slow peers - are closed at their limits, and others hardly notice ${HOW_TO_RUN}`,
  ignore: ignored,
  fn: async () => {
    // At once, since each waits for a limit of ten seconds.
    const found = await Promise.all(slowAttacks.map(async (attack) => {
      await using scene = await Scene.set({ tls: attack.tls });
      return [attack.name, ...await lastingFaults(attack, scene, SHORT)];
    }));
    deepEqual(found, slowAttacks.map(({ name }) => [name]));
  },
});
