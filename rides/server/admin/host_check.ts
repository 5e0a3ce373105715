import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * The host that a request is for (RFC 9112, 3.2): that of its target where the target has one, and `Host`
 * otherwise. Undefined where that is missing, or there are two, of which others could believe the second.
 */
export function hostOf({ url = "", headersDistinct }: IncomingMessage): string | undefined {
  const [host, ...others] = headersDistinct.host ?? [];
  if (others.length > 0) return undefined;
  return url.startsWith("/") ? host : URL.parse(url)?.host;
}

/**
 * Whether a request for that host may be answered.
 *
 * A web page cannot read responses from another site, but it can make its own host name resolve to 127.0.0.1
 * (DNS rebinding) and then is the same site. Addresses and `localhost` are safe.
 */
export function isOwnHost(host: string, names: ReadonlySet<string>): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || isIP(name) !== 0 || names.has(name);
}

/** Whether the request was made by a page of another site; nothing but a browser says so. */
export function isCrossSite(site: string | string[] | undefined): boolean {
  return site === "cross-site" || site === "same-site";
}
