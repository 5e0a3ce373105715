import { Buffer } from "node:buffer";

/**
 * What every target serves: some files, an echo of any POST and, but for nghttpd, an early answer
 * and the cookie of a request. Content is followed by a trailer.
 */

const SHORT = Buffer.from("conformance\n");

/** Answered before the end of the request. */
export const EARLY = "/early";
/** Answered with the cookie of the request. */
export const COOKIE = "/cookie";
export const LARGE = "/large";
export const LARGE_SIZE = 200_000;
/** Its value has characters of all the short Huffman codes, for a server that uses them. */
export const TRAILER: readonly [name: string, value: string] = [
  "x-trailer",
  "0 Bz &X! '|# >$^} <{",
];

export const FILES: ReadonlyMap<string, Buffer> = new Map([
  ["/", SHORT],
  ["/index.html", SHORT],
  ["/sample/path", SHORT],
  [EARLY, SHORT],
  [LARGE, Buffer.alloc(LARGE_SIZE, ".")],
]);

/** The part of a server's stream that the site needs, as `node:http2` defines it. */
export interface SiteStream {
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  on(event: "end" | "error" | "wantTrailers", listener: () => void): unknown;
  readonly closed: boolean;
  respond(headers: Record<string, number>, options: { waitForTrailers: boolean }): void;
  write(chunk: Buffer): unknown;
  end(): unknown;
  sendTrailers(headers: Record<string, string>): void;
}

/** Serves the site on a stream. */
export function serveSite(stream: SiteStream, headers: Record<string, unknown>): void {
  const content: Buffer[] = [];
  const answer = () => {
    if (stream.closed) return;
    const body = find(headers, content);
    const isSent = body !== undefined && headers[":method"] !== "HEAD";
    stream.respond({ ":status": body ? 200 : 404 }, { waitForTrailers: isSent });
    if (isSent) stream.write(body);
    stream.end();
  };
  stream.on("error", () => {}); // The cases break streams on purpose.
  stream.on("wantTrailers", () => stream.sendTrailers(Object.fromEntries([TRAILER])));
  if (headers[":path"] === EARLY) answer();
  else stream.on("end", answer);
  stream.on("data", (chunk) => content.push(chunk));
}

function find(headers: Record<string, unknown>, content: Buffer[]): Buffer | undefined {
  if (headers[":method"] === "POST") return Buffer.concat(content);
  const path = String(headers[":path"]).split("?")[0]!;
  return path === COOKIE ? Buffer.from(String(headers.cookie)) : FILES.get(path);
}
