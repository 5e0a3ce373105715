const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** A signal that asks for the end. */
export type SignalName = keyof typeof NUMBERS;

/** The exit code of a process that a signal has ended, as shells have it: 128 + the signal's number. */
export function exitCodeOf(signal: SignalName): number {
  return 128 + NUMBERS[signal];
}

/**
 * Ctrl-C goes to every process of a terminal, and `deno task` hands its own on: what comes so soon after
 * the same signal is no second key press.
 */
const ECHO_MS = 300;

/**
 * Handles SIGINT (Ctrl-C) and SIGTERM until it is disposed of. The command handles the first signal, and the
 * second one too if it wants to; otherwise the second ends the process at once, as the third always does.
 */
export class Signals implements Disposable {
  /** Resolves to the name of the first signal. */
  readonly first: Promise<SignalName>;
  /** The name of the first signal; undefined before it. */
  came: SignalName | undefined;
  /** Aborts at the first signal. */
  readonly aborted: AbortSignal;
  readonly #listeners: (readonly [SignalName, () => void])[];

  /**
   * @param onSecond ends the command quickly; default ends the process
   * @param echoMs for how long the same signal again is not another one
   */
  constructor(onSecond: (signal: SignalName) => void = exit, echoMs = ECHO_MS) {
    const { promise, resolve } = Promise.withResolvers<SignalName>();
    this.first = promise;
    const over = new AbortController();
    this.aborted = over.signal;
    void promise.then(() => over.abort());
    const begin = (signal: SignalName) => resolve(this.came = signal);
    const answers = [begin, onSecond];
    this.#listeners = (Object.keys(NUMBERS) as SignalName[]).map((name) => {
      let lastMs = -Infinity;
      return [name, () => {
        const nowMs = performance.now();
        if (nowMs - lastMs < echoMs) return;
        lastMs = nowMs;
        const answer = answers.shift() ?? exit;
        answer(name);
      }];
    });
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}

function exit(signal: SignalName): never {
  Deno.exit(exitCodeOf(signal));
}
