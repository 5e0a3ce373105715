/** Does `work` every `ms` until `stop`, one after the other. */
export async function every(
  ms: number,
  stop: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  while (await waited(ms, stop)) await work();
}

/** False when stopped before the time is over. */
async function waited(ms: number, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  stop.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  return !stop.aborted;
}
