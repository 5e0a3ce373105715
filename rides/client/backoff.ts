import { setTimeout as sleep } from "node:timers/promises";

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the attempt after `failures` failed ones: twice as long each time, up to 5 s,
 * and of that a random part from half of it to all, so that the clients of a server that was away do not
 * all come back at once.
 *
 * @param failures from 1
 */
export function backoffMs(failures: number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return most * (0.5 + Math.random() / 2);
}

/** Resolves after a while, or at the signal. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
