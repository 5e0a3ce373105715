/** Registers a test, ignored under a name that says so if a program is `missing`. */
export function testWith(
  missing: string | undefined,
  name: string,
  fn: (context: Deno.TestContext) => Promise<void>,
): void {
  Deno.test({
    name: missing ? `${name} - SKIPPED: ${missing}` : name,
    ignore: missing !== undefined,
    fn,
  });
}
