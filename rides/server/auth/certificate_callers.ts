import type { Buffer } from "node:buffer";
import { certificateNames } from "../../tls/certificate_names.ts";
import type { Call } from "../interceptors/interceptor.ts";
import type { Caller } from "./caller.ts";
import type { CallerList } from "./caller_list.ts";

/** Who calls, by the names in the certificate of the connection (mutual TLS). */
export class CertificateCallers {
  constructor(private readonly list: CallerList) {}

  /** Of several lines that fit a certificate, that of the first of its names counts. */
  callerOf(call: Call): Caller | undefined {
    // Once a connection: to read a certificate takes as long as many calls.
    for (const name of call.connection.certificateNames ??= namesOf(call)) {
      const caller = this.list.find(name);
      if (caller) return caller;
    }
    return undefined;
  }
}

function namesOf(call: Call): string[] {
  const { sslPeerCertificate } = call.getAuthContext();
  return sslPeerCertificate ? certificateNames(sslPeerCertificate.raw as Buffer<ArrayBuffer>) : [];
}
