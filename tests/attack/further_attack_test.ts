import { deepEqual } from "node:assert/strict";
import { furtherAttacks } from "./attacks.ts";
import { HOW_TO_RUN, ignored } from "./ignored.ts";
import { measure } from "./measure.ts";
import { Scene, type SceneOptions } from "./scene.ts";
import { faults } from "./verdict.ts";

const SHORT = { seconds: 1, crowd: 0, patient: false };

/** One that the server stands is enough: what else a machine does only ever makes it look worse. */
const ATTEMPTS = 3;

/** Attacks of one kind of server share one. */
const SERVERS: readonly [what: string, needs: Pick<SceneOptions, "tokens" | "tls">][] = [
  ["", {}],
  [", which asks for tokens,", { tokens: true }],
  [", which speaks TLS,", { tls: true }],
];

for (const [what, needs] of SERVERS) {
  Deno.test({
    name: `further attacks - the server${what} stands them ` +
      HOW_TO_RUN,
    ignore: ignored,
  }, async (t) => {
    await using scene = await Scene.set(needs);
    const attacks = furtherAttacks.filter(({ tokens, tls }) =>
      tokens === needs.tokens && tls === needs.tls
    );
    for (const attack of attacks) {
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
