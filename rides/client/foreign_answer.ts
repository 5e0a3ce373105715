import { status as Code } from "@grpc/grpc-js";
import { CallFailure } from "./call_failure.ts";

/** A call that something else than a gRPC server answered; most likely the address is wrong. */
export class ForeignFailure extends CallFailure {}

/** How a server answered that does not speak gRPC, such as a proxy without a server behind it. */
export interface ForeignAnswer {
  /** What the HTTP status stands for; UNKNOWN where it is 200, or not known. */
  readonly code: Code;
  /** The end of "it answers …". */
  readonly words: string;
}

/**
 * Reads what grpc-js 1.14.7 says of an answer that is none of gRPC; undefined if it is one.
 *
 * @param code as grpc-js has it: from an HTTP status by
 * https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
 * @param details what grpc-js says
 */
export function foreignAnswer(code: Code, details: string): ForeignAnswer | undefined {
  const [, status] = /^Received HTTP status code (\d+)$/.exec(details) ?? [];
  if (status !== undefined && status !== "200") {
    return { code, words: `with HTTP status ${status}` };
  }
  if (status === "200" || details.endsWith("(Call ended without gRPC status)")) {
    return { code: Code.UNKNOWN, words: "without a gRPC status" };
  }
  const [, length] = /^Received message larger than max \((\d+) vs \d+\)$/.exec(details) ?? [];
  return isText(Number(length)) ? { code: Code.UNKNOWN, words: "with a text" } : undefined;
}

/**
 * Whether the length of a message is what the second to the fifth character of a text come to, such as those
 * of `<html>`. (In Deno 2.9.6 the text may come before the headers, which would say that it is one.)
 */
function isText(length: number): boolean {
  return [24, 16, 8, 0].every((shift) => {
    const byte = (length >>> shift) & 0xff;
    return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
  });
}
