/** Resolves to the value when it has not changed for that long. */
export async function settled<T>(read: () => T, quietMs = 400): Promise<T> {
  for (let last = read(), since = Date.now();;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const value = read();
    if (value !== last) [last, since] = [value, Date.now()];
    else if (Date.now() - since >= quietMs) return value;
  }
}
