import { deepEqual } from "node:assert/strict";
import { furtherAttacks } from "./attacks.ts";
import { HOW_TO_RUN, ignored } from "./ignored.ts";
import { lastingFaults } from "./lasting_faults.ts";
import { Scene, type SceneOptions } from "./scene.ts";

const SHORT = { seconds: 1, crowd: 0, patient: false };

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
        deepEqual(await lastingFaults(attack, scene, SHORT), []);
      });
    }
  });
}
