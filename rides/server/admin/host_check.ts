import { isIP } from "node:net";

/**
 * Whether a request may be answered for its `Host` and where its browser says that it comes from.
 *
 * A web page cannot read what another site answers, but it can have a name of its own lead to 127.0.0.1
 * (DNS rebinding), and be the same site then. An address is no such name, nor is `localhost`.
 */
export function isOwnHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  const name = (host ?? "").toLowerCase().replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return name === "localhost" || isIP(name) !== 0 || names.has(name);
}

/** Whether the request was made by a page of another site; nothing but a browser says so. */
export function isCrossSite(site: string | string[] | undefined): boolean {
  return site === "cross-site" || site === "same-site";
}
