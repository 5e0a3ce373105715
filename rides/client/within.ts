import { status as Code } from "@grpc/grpc-js";
import { CallFailure } from "./call_failure.ts";

/** @throws {CallFailure} DEADLINE_EXCEEDED, with `otherwise` for its reason, if `work` takes longer */
export async function within<Value>(
  timeoutMs: number,
  work: Promise<Value>,
  otherwise: string,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${otherwise} (waited ${timeoutMs} ms)`;
    timer = setTimeout(() => reject(new CallFailure(Code.DEADLINE_EXCEEDED, message)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
