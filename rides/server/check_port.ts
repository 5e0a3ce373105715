import { once } from "node:events";
import { createServer } from "node:net";
import { type Address, formatAddress } from "../wire/address.ts";
import { ListenError, type ListenFlag } from "./errors.ts";

/**
 * Finds out whether an address could be listened on, by doing so for a moment.
 *
 * @param reusePort whether others may listen there, too
 * @param flag where the address comes from; default `--listen`
 * @throws {ListenError} if it could not
 */
export async function checkPort(at: Address, reusePort: boolean, flag?: ListenFlag): Promise<void> {
  const server = createServer();
  try {
    server.listen({ ...at, reusePort });
    await once(server, "listening");
  } catch (error) {
    throw new ListenError(formatAddress(at), error as Error, flag);
  }
  server.close();
  await once(server, "close");
}
