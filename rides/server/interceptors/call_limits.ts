import type { Settings } from "../settings.ts";
import type { Interceptor } from "./interceptor.ts";
import type { MessageLimits } from "./message_memory.ts";
import { rateLimit } from "./rate_limit.ts";
import { requireDeadline } from "./require_deadline.ts";

/** What is refused for its number, its size or its form, by what one has to know. */
export interface CallLimits {
  /** What needs no caller. */
  readonly ofAnyone: readonly Interceptor[];
  /** What counts by caller. */
  readonly ofCallers: readonly Interceptor[];
  /** What bounds the messages of all calls together. */
  readonly messages: MessageLimits;
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
    messages: options,
  };
}
