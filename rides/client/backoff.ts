import { setTimeout as sleep } from "node:timers/promises";

/**
 * How long to wait before the attempt after `failures` failed ones: twice as long each time, and longer or
 * shorter by up to a fifth at random, so that the clients of a server that was away do not all come back
 * at once.
 *
 * @param failures from 1
 */
export function backoffMs(failures: number, firstMs = 100, longestMs = 5_000): number {
  return Math.min(firstMs * 2 ** (failures - 1), longestMs) * (0.8 + 0.4 * Math.random());
}

/** Resolves after a while, or at the signal. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
