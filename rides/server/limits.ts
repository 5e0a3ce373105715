/** What peers may make a server hold or do; the engine's limits, for whoever sets them. */
export { DEFAULT_LIMITS, LIMITS, type Limits, resolveLimits } from "../runtime/mod.ts";
