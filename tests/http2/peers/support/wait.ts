/** Far longer than anything takes that is going to happen. */
const PATIENCE_MS = 30_000;

/** Resolves once the condition holds; rejects if it never does. */
export async function waitFor(condition: () => boolean): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > until) throw new Error(`Not so after ${PATIENCE_MS} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves to the value when it has not changed for that long. */
export async function settled<T>(read: () => T, quietMs = 400): Promise<T> {
  for (let last = read(), since = Date.now();;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const value = read();
    if (value !== last) [last, since] = [value, Date.now()];
    else if (Date.now() - since >= quietMs) return value;
  }
}
