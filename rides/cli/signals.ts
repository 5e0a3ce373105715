const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

type Name = keyof typeof NUMBERS;

/**
 * SIGINT (Ctrl-C) and SIGTERM, for as long as it is not disposed of: the first is for the command to
 * answer, the second ends the process at once, with 128 + the signal's number as shells have it.
 */
export class Signals implements Disposable {
  /** Resolves to the name of the first signal. */
  readonly first: Promise<Name>;
  readonly #listeners: (readonly [Name, () => void])[];

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Name>();
    this.first = promise;
    let received = 0;
    this.#listeners = (Object.keys(NUMBERS) as Name[]).map((name) => [name, () => {
      if (received++ > 0) Deno.exit(128 + NUMBERS[name]);
      resolve(name);
    }]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}
