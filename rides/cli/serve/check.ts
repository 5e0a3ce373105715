import { resolve } from "node:path";
import { checkFolder } from "../../files/check_folder.ts";
import { AuthFileError } from "../../server/auth/auth_file.ts";
import { CallerList } from "../../server/auth/caller_list.ts";
import { parseDigest } from "../../server/auth/tokens.ts";
import { ListenError } from "../../server/errors.ts";
import { holdPort } from "../../server/hold_port.ts";
import type { Log } from "../../server/log.ts";
import { checkStorage, StorageError } from "../../storage/mod.ts";
import { parseCertificateName } from "../../tls/certificate_name.ts";
import { loadAuthorities, loadPair, TlsFileError } from "../../tls/load.ts";
import { parseAddress } from "../../wire/address.ts";
import { inFolder } from "../certs.ts";
import { CommandError, UsageError } from "../failure.ts";
import { print, tell } from "../output.ts";
import { type AdminFlags, adminOf, channelzOf, openTelemetryOf } from "./admin.ts";
import { type AuthFlags, authOf, warnIfOpen } from "./auth.ts";
import { modeOf, warnIfLoose, warnNearEnd } from "./served_certificate.ts";
import type { ReplacingFlags, StorageFlags } from "./storage.ts";
import { certificateSource, type TlsFlags } from "./tls.ts";

/** The flags that say where a server listens. */
interface ListeningFlags extends AdminFlags {
  readonly listen: string[];
  reusePort?: boolean;
}

/** The flags that are checked. */
export interface CheckedFlags
  extends AuthFlags, ListeningFlags, ReplacingFlags, StorageFlags, TlsFlags {}

/**
 * Reports whether a server with these flags could start, everything in its way, and what it would warn of;
 * starts and changes nothing.
 *
 * @throws {UsageError} with the last problem, if flags do not go together
 * @throws {CommandError} with the last problem, if there are only others
 */
export async function check(flags: CheckedFlags): Promise<void> {
  const problems: Error[] = [];
  await using held = new AsyncDisposableStack();
  for (const check of checksOf(flags, held)) {
    try {
      await check();
    } catch (error) {
      if (!isProblem(error)) throw error;
      problems.push(error);
    }
  }
  const last = problems.pop();
  if (!last) return print("text", "the server can start", {});
  for (const { message } of problems) tell(message);
  const isUsage = [...problems, last].some((error) => error instanceof UsageError);
  throw isUsage ? new UsageError(last.message) : new CommandError(last.message);
}

/** @param held is given what has to be held until all is checked */
function checksOf(flags: CheckedFlags, held: AsyncDisposableStack): (() => unknown)[] {
  const { reusePort = false, store, authTokens, authCerts } = flags;
  const { tls, tlsCert, tlsKey, tlsClientCa, certsDir } = flags;
  const isMade = !tlsCert && !tlsKey && (tls || tlsClientCa !== undefined);
  const ignore = () => {};
  return [
    () => certificateSource(flags, ignore),
    async () => {
      if (!tlsCert || !tlsKey) return;
      const { cert } = await loadPair(tlsCert, tlsKey);
      warnNearEnd(tlsCert, cert, warn);
      warnIfLoose(tlsKey, await modeOf(tlsKey), warn);
    },
    () => isMade && inFolder(certsDir, checkFolder(certsDir)),
    async () => {
      if (!tlsClientCa || isMade && isIn(certsDir, tlsClientCa)) return;
      warnNearEnd(tlsClientCa, await loadAuthorities(tlsClientCa), warn);
    },
    () => authOf(flags),
    () => {
      const secure = isMade || tlsCert !== undefined;
      const listeners = flags.listen.map((at) => ({ ...parseAddress(at), secure }));
      const admin = flags.admin === undefined ? undefined : parseAddress(flags.admin);
      warnIfOpen(listeners, admin, flags, warn);
    },
    () => authTokens && new CallerList(authTokens, parseDigest, ignore).read(),
    () => authCerts && new CallerList(authCerts, parseCertificateName, ignore).read(),
    () => checkStorage(store, reusePort),
    () => channelzOf(flags),
    () => openTelemetryOf(),
    ...portsOf(flags, held),
  ];
}

/**
 * Finds out whether a server could listen where the flags say, unless it is to share its ports: meanwhile the
 * kernel would give connections to what does not serve them.
 *
 * @throws {ListenError} if it could not
 */
export async function tryPorts(flags: ListeningFlags): Promise<void> {
  if (flags.reusePort) return;
  await using held = new AsyncDisposableStack();
  for (const hold of portsOf(flags, held)) await hold();
}

/** @param held is given the ports */
function portsOf(flags: ListeningFlags, held: AsyncDisposableStack): (() => Promise<unknown>)[] {
  const { listen, reusePort = false } = flags;
  return [
    // grpc-js takes an address that is given twice for one.
    ...[...new Set(listen)].map((at) => async () =>
      held.use(await holdPort(parseAddress(at), reusePort))
    ),
    async () => {
      const admin = adminOf(flags)?.listen;
      if (admin) held.use(await holdPort(parseAddress(admin), reusePort, "--admin"));
    },
  ];
}

const warn: Log = (_level, message, fields = {}) => {
  const details = Object.entries(fields).map(([name, value]) => `${name} ${value}`).join(", ");
  tell(`warning: ${message} (${details})`);
};

/** Whether the file is the development CA, which is made in the folder if need be. */
function isIn(folder: string, file: string): boolean {
  return resolve(file) === resolve(folder, "ca.pem");
}

function isProblem(error: unknown): error is Error {
  return [UsageError, CommandError, AuthFileError, ListenError, StorageError, TlsFileError]
    .some((type) => error instanceof type);
}
