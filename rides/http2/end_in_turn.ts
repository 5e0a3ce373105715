import { FewAtATime } from "./few_at_a_time.ts";

/** What follows from as many takes five milliseconds. */
const MOST_TOGETHER = 100;

const ends = new FewAtATime(MOST_TOGETHER, true);

/**
 * Ends a socket or a stream, and few of them in a turn of the event loop. Ten connections with a hundred
 * streams each that hang up together would otherwise hold up everybody else for 60 ms.
 */
export function endInTurn(end: () => void): void {
  ends.do(end);
}
