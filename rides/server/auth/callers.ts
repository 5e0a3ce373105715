import type { Entry } from "./auth_file.ts";
import { Caller } from "./caller.ts";

/** The callers that a file names, by what they are known by. */
export class Callers {
  #byKey: ReadonlyMap<string, Caller> = new Map();

  find(key: string): Caller | undefined {
    return this.#byKey.get(key);
  }

  /** Puts `entries` in place of what was there; who is in both stays the same caller. */
  replace(entries: readonly Entry[]): void {
    const before = this.#byKey;
    const after = new Map<string, Caller>();
    for (const { key, name, grants } of entries) {
      const known = before.get(key);
      known?.update(name, grants);
      after.set(key, known ?? new Caller(name, grants));
    }
    for (const [key, caller] of before) {
      if (!after.has(key)) caller.withdraw();
    }
    this.#byKey = after;
  }
}
