import type { Settings } from "../settings.ts";
import type { Interceptor } from "./chain.ts";
import { rateLimit } from "./rate_limit.ts";
import { requireDeadline } from "./require_deadline.ts";

/** What refuses calls for their number or their form, by what it has to know. */
export interface CallLimits {
  /** What needs no caller. */
  readonly ofAnyone: readonly Interceptor[];
  /** What counts by caller. */
  readonly ofCallers: readonly Interceptor[];
}

export function callLimits(
  options: Settings & { readonly requireDeadline: boolean },
): CallLimits {
  return {
    ofAnyone: [
      ...rateLimit("address", options),
      ...(options.requireDeadline ? [requireDeadline] : []),
    ],
    ofCallers: rateLimit("identity", options),
  };
}
