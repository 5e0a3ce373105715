/** An attacker in a process of its own: `attacker.ts NAME TARGET` prints how the connections ended, as JSON. */
import { fromFileUrl } from "../support/paths.ts";
import { onCore } from "../support/measured_server.ts";
import { attacks } from "./attacks.ts";
import { type Attack, type Ending, sleep, type Target } from "./definition.ts";

/** The attacker comes back at once, but for this. */
const RETURN_MS = 100;

/** Attacks again and again, until it is time to stop or the server is gone. */
export async function attackOnAndOn(
  attack: Attack,
  target: Target,
  isThere: () => boolean = () => true,
): Promise<Ending[]> {
  const endings: Ending[] = [];
  do {
    endings.push(...await attack.go(target));
    await sleep(RETURN_MS);
  } while (performance.now() < target.until && isThere());
  return endings;
}

/**
 * The attack as it comes from another machine: on a core that is not the server's, and giving way to whatever
 * else runs there. An attacker on the server's core would take from others what the server does not.
 */
export function fromElsewhere(attack: Attack, core: number): Attack {
  return {
    ...attack,
    async go(target) {
      const until = target.until - performance.now();
      const program = fromFileUrl(new URL(import.meta.url));
      const [command, ...args] = onCore(core, [
        ...["nice", "-n", "19", Deno.execPath(), "run", "-A", program] as const,
        attack.name,
        JSON.stringify({ ...target, until }),
      ]);
      const { success, stdout } = await new Deno.Command(command, { args, stderr: "inherit" })
        .output();
      if (!success) throw new Error(`${attack.name}: the attacker failed`);
      return JSON.parse(new TextDecoder().decode(stdout));
    },
  };
}

if (import.meta.main) {
  const [wanted, json = ""] = Deno.args;
  const { until, ...target } = JSON.parse(json);
  const attack = attacks.find(({ name }) => name === wanted)!;
  const endings = await attackOnAndOn(attack, { ...target, until: performance.now() + until });
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(endings)));
}
