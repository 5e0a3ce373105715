import { deepEqual } from "node:assert/strict";
import { furtherAttacks } from "./attacks.ts";
import { HOW_TO_RUN, ignored } from "./ignored.ts";
import { measure } from "./measure.ts";
import { Scene } from "./scene.ts";
import { faults } from "./verdict.ts";

const SHORT = { seconds: 1, crowd: 0, patient: false };

/** One that the server stands is enough: what else a machine does only ever makes it look worse. */
const ATTEMPTS = 3;

for (const tokens of [false, true]) {
  Deno.test({
    name: `further attacks - the server${tokens ? ", which asks for tokens," : ""} stands them ` +
      HOW_TO_RUN,
    ignore: ignored,
  }, async (t) => {
    await using scene = await Scene.set({ tokens });
    for (const attack of furtherAttacks.filter((one) => (one.tokens ?? false) === tokens)) {
      await t.step(attack.name, async () => {
        let found: string[] = [];
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          found = faults(await measure(attack, scene, SHORT));
          if (found.length === 0) break;
        }
        deepEqual(found, []);
      });
    }
  });
}
