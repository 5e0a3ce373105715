import { once } from "node:events";
import { createServer } from "node:net";
import { type Address, formatAddress } from "../wire/address.ts";
import { ListenError, type ListenFlag } from "./errors.ts";

/**
 * Listens on an address, to find out whether a server could, until the result is disposed of: a server that
 * is told to listen on it twice could not.
 *
 * @param reusePort whether a server that listens there already is to be replaced: it is left alone, since the
 * kernel would give some of its connections to what does not serve them
 * @param flag where the address comes from; default `--listen`
 * @throws {ListenError} if it could not
 */
export async function holdPort(
  at: Address,
  reusePort: boolean,
  flag?: ListenFlag,
): Promise<AsyncDisposable> {
  if (reusePort && await isTaken(at)) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const server = createServer();
  try {
    server.listen({ ...at, reusePort });
    await once(server, "listening");
  } catch (error) {
    throw new ListenError(formatAddress(at), error as Error, flag);
  }
  // A server of node:net can be disposed of itself only in Deno's later versions.
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Whether something listens there; port 0 is always free. */
async function isTaken({ host, port }: Address): Promise<boolean> {
  if (port === 0) return false;
  try {
    (await Deno.connect({ hostname: host, port })).close();
    return true;
  } catch {
    return false;
  }
}
