/** How much peers may make a server hold or do: the engine's limits, for those who set them. */
export {
  DEFAULT_LIMITS,
  type LimitName,
  LIMITS,
  type Limits,
  LONGEST_TIMER_MS,
  resolveLimits,
} from "../runtime/mod.ts";
