import type { IncomingMessage } from "node:http";
import { type Failure, PermissionDenied } from "../../domain/failure.ts";
import { isLoopback } from "../../wire/address.ts";
import type { Access } from "../auth/access.ts";
import type { Caller } from "../auth/caller.ts";
import type { AdminOptions } from "./options.ts";

/** Who makes the request, or why they may not see the secret page; undefined if anybody may. */
export type SecretsGuard = (request: IncomingMessage, page: string) => Caller | Failure | undefined;

/** Guards the pages that show what is in the memory of the process. */
export function secretsGuard(
  { openDebug = false }: AdminOptions,
  access: Access | undefined,
): SecretsGuard {
  return ({ headers, socket }, page) => {
    if (openDebug && isLoopback(socket.remoteAddress ?? "")) return undefined;
    if (access) return access.callerFor(headers.authorization, "admin", page);
    return new PermissionDenied(
      "it shows secrets: run the server with --auth-tokens, and ask with a token of scope admin; " +
        "or let everybody on its machine see them, with --admin-debug",
    );
  };
}
