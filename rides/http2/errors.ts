import type { LimitName } from "./limits.ts";

/** RFC 9113, 7: the error codes of RST_STREAM and GOAWAY. */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

/** RFC 9113, 5.4.1: the connection cannot go on; it ends with GOAWAY and `code`. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";

  constructor(readonly code: number, message: string) {
    super(message);
  }
}

export function protocolError(reason: string): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, `Cannot go on: ${reason}`);
}

/** A peer went over one of the limits that this server sets, named by `limit`. */
export class LimitError extends ConnectionError {
  constructor(
    readonly limit: LimitName,
    message: string,
    code: number = ErrorCode.ENHANCE_YOUR_CALM,
  ) {
    super(code, message);
  }
}

/** The error of a write whose stream closed before its bytes left; `code` as in RST_STREAM. */
export class StreamClosedError extends Error {
  override readonly name = "StreamClosedError";

  constructor(readonly streamId: number, readonly code: number) {
    super(`Cannot write to stream ${streamId}: it is closed with code ${code}`);
  }
}
