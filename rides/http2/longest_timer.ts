/** The longest that a timer waits: 24 days. One that is given more fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
