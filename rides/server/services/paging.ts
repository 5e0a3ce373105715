import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Violation } from "../../domain/failure.ts";

/**
 * How many items a page has (AIP-158): what was asked for, `fallback` for 0, at most `most`. A negative
 * number is added to `violations`.
 */
export function pageSize(
  requested: number,
  fallback: number,
  most: number,
  violations: Violation[],
): number {
  if (requested < 0) violations.push({ field: "page_size", reason: "must not be negative" });
  return requested === 0 ? fallback : Math.min(requested, most);
}

/** Whether a value read from a token is a place; tokens come from clients, and may be anything. */
type IsPlace<Place> = (value: unknown) => value is Place;

/**
 * A token for the page that begins behind `place`, for this query alone. Opaque to clients, and no
 * secret: it says nothing but where its holder has read to.
 *
 * @param query what must be the same on every page
 */
export function pageToken(query: object, place: object): string {
  return Buffer.from(JSON.stringify([fingerprint(query), place])).toString("base64url");
}

/**
 * The place that a token holds; undefined for an empty one. A token that is none, or of another query, is
 * added to `violations`.
 */
export function placeOf<Place>(
  token: string,
  query: object,
  isPlace: IsPlace<Place>,
  violations: Violation[],
): Place | undefined {
  if (token === "") return undefined;
  const refuse = (reason: string) => void violations.push({ field: "page_token", reason });
  try {
    const [print, place] = JSON.parse(Buffer.from(token, "base64url").toString());
    if (!isPlace(place)) return refuse("is none that this server gave");
    if (print !== fingerprint(query)) return refuse("is of another query; send the same fields");
    return place;
  } catch {
    return refuse("is none that this server gave");
  }
}

function fingerprint(query: object): string {
  const text = JSON.stringify(query, (_, value) => typeof value === "bigint" ? `${value}` : value);
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}
