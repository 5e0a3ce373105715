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
  on(event: "end", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  respond(headers: Record<string, string | number>): void;
  end(body?: Uint8Array): unknown;
}

/** Serves the site on a stream, once its request has ended. */
export function serveSite(
  stream: SiteStream,
  headers: { ":method"?: string; ":path"?: string },
): void {
  const content: Uint8Array[] = [];
  const method = headers[":method"];
  stream.on("error", () => {}); // The cases break streams on purpose.
  stream.on("data", (chunk) => content.push(chunk));
  stream.on("end", () => {
    const path = headers[":path"]?.split("?")[0] ?? "";
    const body = method === "POST" ? Buffer.concat(content) : FILES.get(path);
    stream.respond({ ":status": body ? 200 : 404 });
    stream.end(method === "HEAD" ? undefined : body);
  });
}
