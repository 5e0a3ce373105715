import { isLoose } from "../../files/is_loose.ts";
import type { Log } from "../../server/log.ts";
import type { ServerTls } from "../../server/options.ts";
import type { PresentedCertificate } from "../../server/tls_credentials.ts";
import { dayOf, isNearEnd, validityOf } from "../../tls/validity.ts";
import type { Reloadable } from "./reloader.ts";
import type { CertificateSource } from "./tls.ts";

/**
 * The certificate of a running server, as something that can be reloaded. At each reload, that is at startup
 * and at least once a day, the log warns of certificates near their end; and of a key that others can read, if
 * it is another, or its mode is.
 *
 * @param served what `source` held when the server was started
 */
export function servedCertificate(
  source: CertificateSource,
  served: ServerTls,
  presented: PresentedCertificate,
  log: Log,
): Reloadable {
  let current = served;
  let keyMode = 0;
  return {
    what: "the certificate",
    files: source.files,
    reload: async () => {
      const next = await source.load();
      const isNew = next.cert !== current.cert || next.key !== current.key ||
        next.clientCa !== current.clientCa;
      if (isNew) presented.replace(next);
      current = next;
      warnNearEnd(source.certFile, current.cert, log);
      const mode = await modeOf(source.keyFile);
      if (isNew || mode !== keyMode) warnIfLoose(source.keyFile, mode, log);
      keyMode = mode;
      if (current.clientCa) warnNearEnd(source.clientCaFile, current.clientCa, log);
      return isNew
        ? { not_after: dayOf(presented.notAfter), sha256: presented.fingerprint256 }
        : undefined;
    },
  };
}

/** What may be done with a file, as in 0o600; 0 where it cannot be told. */
export async function modeOf(file: string): Promise<number> {
  return await Deno.stat(file).then(({ mode }) => (mode ?? 0) & 0o777, () => 0);
}

/** Warns of a private key that others can read. */
export function warnIfLoose(keyFile: string, mode: number, log: Log): void {
  if (!isLoose(mode)) return;
  log("warn", "others may read or change the private key; chmod 600 the file", {
    file: keyFile,
    mode: `0${mode.toString(8)}`,
  });
}

/** Warns of a certificate that ends soon. */
export function warnNearEnd(file: string | undefined, pem: string, log: Log): void {
  if (!isNearEnd(pem)) return;
  const { notAfter, daysLeft } = validityOf(pem);
  log("warn", "a certificate ends soon; renew it in its place, the server takes it as it runs", {
    file,
    not_after: dayOf(notAfter),
    days_left: daysLeft,
  });
}
