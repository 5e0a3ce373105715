import { LimitError } from "./errors.ts";
import { type Field, FieldKind, fieldSize } from "./field.ts";
import type { FieldSink } from "./hpack_decoder.ts";
import type { LimitName, Limits } from "./limits.ts";

/**
 * A list this many times as large as allowed is no mistake. The rest of its block is not decoded, which ends
 * the connection: a bomb of 16 KiB would take as long as hundreds of requests.
 */
const HOPELESS = 4;

/** Names in lower case, pseudo-headers with their colon; repeated fields joined (RFC 9110, 5.3). */
export type IncomingHeaders = { [name: string]: string | undefined };

/** No prototype, so that no name of a peer's choice meets an inherited one. */
const HeadersObject = function () {} as unknown as { new (): IncomingHeaders };
HeadersObject.prototype = Object.create(null);

/**
 * One header block as it is decoded: a request's headers or trailers. Collects what is wrong with
 * it instead of throwing, since the rest of the block must be decoded all the same.
 */
export class HeaderSection implements FieldSink {
  readonly headers: IncomingHeaders = new HeadersObject();
  /** Why a request with this block is malformed (RFC 9113, 8.1.1), if it is. */
  malformed: string | undefined;
  /** The limit that this block is over, if one. */
  exceeded: LimitName | undefined;

  private pairs = 0;
  private bytes = 0;
  private pseudoHeaders = 0;

  constructor(private readonly limits: Limits) {}

  /** Throws LimitError for a list that is hopelessly large. */
  add(field: Field): void {
    this.bytes += fieldSize(field);
    const { maxHeaderListBytes } = this.limits;
    if (this.bytes > maxHeaderListBytes) this.exceeded ??= "maxHeaderListBytes";
    if (this.bytes > HOPELESS * maxHeaderListBytes) {
      throw new LimitError("maxHeaderListBytes", `A header list of ${this.bytes} bytes and more`);
    }
    if (++this.pairs > this.limits.maxHeaderPairs) this.exceeded ??= "maxHeaderPairs";
    if (this.exceeded !== undefined || this.malformed !== undefined) return;

    const { name, value } = field;
    const present = this.headers[name];
    switch (field.kind) {
      case FieldKind.REGULAR:
        this.headers[name] = present === undefined ? value : `${present}, ${value}`;
        break;
      case FieldKind.COOKIE:
        this.headers[name] = present === undefined ? value : `${present}; ${value}`;
        break;
      case FieldKind.REQUEST_PSEUDO:
        if (this.pairs > ++this.pseudoHeaders) this.malformed = `${name} after a regular field`;
        else if (present !== undefined) this.malformed = `${name} twice`;
        else this.headers[name] = value;
        break;
      case FieldKind.HOST:
      case FieldKind.CONTENT_LENGTH:
        if (present !== undefined && present !== value) this.malformed = `two values of ${name}`;
        else this.headers[name] = value;
        break;
      case FieldKind.MALFORMED:
        this.malformed = "a field that HTTP/2 does not allow";
        break;
    }
  }

  /** 8.3.1: what a request must say of itself. */
  checkRequest(): void {
    this.malformed ??= requestFault(this.headers);
  }

  /** 8.1: trailers have no pseudo-headers. */
  checkTrailers(): void {
    if (this.pseudoHeaders > 0) this.malformed ??= "pseudo-header in trailers";
  }

  /** The bytes that DATA must add up to (8.1.1); -1 if the request does not say. */
  get contentLength(): number {
    const value = this.headers["content-length"];
    return value === undefined ? -1 : Number(value);
  }
}

function requestFault(headers: IncomingHeaders): string | undefined {
  const method = headers[":method"];
  const scheme = headers[":scheme"];
  const path = headers[":path"];
  const authority = headers[":authority"];
  if (!method) return "no :method";
  if (method === "CONNECT") { // 8.5
    if (scheme !== undefined || path !== undefined) return "CONNECT with :scheme or :path";
    if (!authority) return "CONNECT without :authority";
  } else {
    if (!scheme) return "no :scheme";
    if (!path) return "no :path";
    const isAsterisk = path === "*" && method === "OPTIONS";
    if (path[0] !== "/" && !isAsterisk) return ":path is not absolute";
  }
  if (authority !== undefined) {
    if (authority.includes("@")) return "userinfo in :authority";
    const host = headers["host"];
    if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
      return "host differs from :authority";
    }
  }
  const length = headers["content-length"];
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return "content-length is no number";
  return undefined;
}
