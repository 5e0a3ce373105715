/** The metadata keys of W3C Trace Context (https://www.w3.org/TR/trace-context/, level 1). */
export const TRACEPARENT = "traceparent";
export const TRACESTATE = "tracestate";
/** That of an answer (level 2, https://w3c.github.io/trace-context/#traceresponse-header). */
export const TRACERESPONSE = "traceresponse";

/** Where in a trace a call was made. */
export interface TraceContext {
  /** 32 lower hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 lower hexadecimal digits, not all zero. */
  readonly spanId: string;
  /** A bit field; bit 0 says that the trace is recorded. */
  readonly flags: number;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent`; undefined where it is none that can be used (3.2.2). */
export function parseTraceparent(value: unknown): TraceContext | undefined {
  if (typeof value !== "string") return undefined;
  const [, version, traceId = "", spanId = "", flags = "", more] = FORM.exec(value) ?? [];
  // A later version may have more after the flags; version 255 is invalid.
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/** Writes what {@linkcode parseTraceparent} reads. */
export function formatTraceparent({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, "0")}`;
}
