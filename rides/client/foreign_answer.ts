/** What grpc-js 1.14.7 says of an answer that is none of gRPC, and what such an answer is like. */
const ANSWERS: readonly (readonly [RegExp, (...found: string[]) => string | undefined])[] = [
  [
    /^Received HTTP status code (\d+)$/,
    (_, status) => status === "200" ? "without a gRPC status" : `with HTTP status ${status}`,
  ],
  [/\(Call ended without gRPC status\)$/, () => "without a gRPC status"],
  [
    /^Received message larger than max \((\d+) vs \d+\)$/,
    (_, length) => isText(Number(length)) ? "with a text" : undefined,
  ],
];

/**
 * How a server answered that does not speak gRPC, as the end of "it answers …"; undefined if it does.
 *
 * @param details what grpc-js says
 */
export function foreignAnswer(details: string): string | undefined {
  for (const [pattern, answer] of ANSWERS) {
    const found = pattern.exec(details);
    if (found) return answer(...found);
  }
  return undefined;
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
