import type { Attack } from "./definition.ts";
import { type Extent, measure } from "./measure.ts";
import type { Scene } from "./scene.ts";
import { faults } from "./verdict.ts";

const ATTEMPTS = 3;

/**
 * What the server, or others, suffer from an attack each time that it is made. One that is stood is enough:
 * what else a machine does only ever makes it look worse.
 */
export async function lastingFaults(
  attack: Attack,
  scene: Scene,
  extent: Extent,
): Promise<string[]> {
  let found: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    found = faults(await measure(attack, scene, extent));
    if (found.length === 0) break;
  }
  return found;
}
