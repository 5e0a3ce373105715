import { deepEqual } from "node:assert/strict";
import { quickAttacks } from "./attacks.ts";
import { HOW_TO_RUN, ignored } from "./ignored.ts";
import { measure } from "./measure.ts";
import { Scene } from "./scene.ts";
import { faults } from "./verdict.ts";

const SHORT = { seconds: 0.5, crowd: 500, patient: false };

/** One that the server stands is enough: what else a machine does only ever makes it look worse. */
const ATTEMPTS = 3;

Deno.test({
  name: `attacks - the server stands them, and others hardly notice ${HOW_TO_RUN}`,
  ignore: ignored,
  fn: async (t) => {
    await using scene = await Scene.set();
    for (const attack of quickAttacks) {
      await t.step(attack.name, async () => {
        let found: string[] = [];
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          found = faults(await measure(attack, scene, SHORT));
          if (found.length === 0) break;
        }
        deepEqual(found, []);
      });
    }
  },
});
