/** Checks of properties (fast-check) with a seed that is printed, and can be given. */
import fc from "fast-check";

/** `RIDES_FUZZ_SEED` repeats a run, `RIDES_FUZZ_RUNS` makes it longer. */
const given = Deno.env.get("RIDES_FUZZ_SEED");
const SEED = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
const RUNS = Number(Deno.env.get("RIDES_FUZZ_RUNS") ?? 200);

// Without it, no array is longer than about ten, whatever its maxLength says.
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });

function announce(): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`RIDES_FUZZ_SEED=${SEED}\n`));
}
announce();

/** Checks the property with this run's seed, which is printed with what fails. */
export function checkProperty<T>(property: fc.IProperty<T>): void {
  fc.assert(property, { seed: SEED, numRuns: RUNS });
}

/**
 * The same for a property that takes turns of the event loop.
 *
 * @param parameters what differs; default nothing
 */
export function checkAsyncProperty<T>(
  property: fc.IAsyncProperty<T>,
  parameters: fc.Parameters<T> = {},
): Promise<void> {
  return fc.assert(property, { seed: SEED, numRuns: RUNS, ...parameters });
}
