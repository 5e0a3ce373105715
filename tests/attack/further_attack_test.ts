import { deepEqual } from "node:assert/strict";
import { furtherAttacks } from "./attacks.ts";
import { measure } from "./measure.ts";
import { Scene } from "./scene.ts";
import { faults } from "./verdict.ts";

const SHORT = { seconds: 1, crowd: 0, patient: false };

/** One that the server stands is enough: what else a machine does only ever makes it look worse. */
const ATTEMPTS = 3;

for (const attack of furtherAttacks) {
  Deno.test({
    name: `attacks - the server stands ${attack.name} (RIDES_HOSTILE=1 runs it)`,
    ignore: Deno.build.os !== "linux" || Deno.env.get("RIDES_HOSTILE") !== "1",
  }, async () => {
    let found: string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await using scene = await Scene.set({ tokens: attack.tokens });
      found = faults(await measure(attack, scene, SHORT));
      if (found.length === 0) break;
    }
    deepEqual(found, []);
  });
}
