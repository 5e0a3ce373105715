import { Buffer } from "node:buffer";

/** What every target serves: three short files, one long one, and an echo of any POST. */

const SHORT = new TextEncoder().encode("conformance\n");

export const LARGE = "/large";
export const LARGE_SIZE = 200_000;

export const FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ["/", SHORT],
  ["/index.html", SHORT],
  ["/sample/path", SHORT],
  [LARGE, new Uint8Array(LARGE_SIZE).fill(0x2e)],
]);

/** The part of a server's stream that the site needs, as `node:http2` defines it. */
export interface SiteStream {
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end" | "error", listener: () => void): unknown;
  readonly closed: boolean;
  respond(headers: Record<string, number>): void;
  write(chunk: Buffer): unknown;
  end(): unknown;
}

/** Serves the site on a stream, once its request has ended. */
export function serveSite(stream: SiteStream, headers: Record<string, unknown>): void {
  const content: Uint8Array[] = [];
  const { ":method": method, ":path": path } = headers;
  stream.on("error", () => {}); // The cases break streams on purpose.
  stream.on("end", () => {
    if (stream.closed) return;
    const body = method === "POST" ? content : FILES.get(String(path).split("?")[0]!);
    stream.respond({ ":status": body ? 200 : 404 });
    if (body && method !== "HEAD") stream.write(Buffer.concat([body].flat()));
    stream.end();
  });
  stream.on("data", (chunk) => content.push(chunk));
}
