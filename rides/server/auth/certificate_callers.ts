import type { Buffer } from "node:buffer";
import { parseCertificateName } from "../../tls/certificate_name.ts";
import type { certificateNames } from "../../tls/certificate_names.ts";
import type { Call } from "../interceptors/interceptor.ts";
import type { Log } from "../log.ts";
import type { Caller } from "./caller.ts";
import { CallerList } from "./caller_list.ts";

/** Who calls, by the names in the certificate of the connection (mutual TLS). */
export class CertificateCallers {
  private constructor(
    readonly list: CallerList,
    private readonly namesIn: typeof certificateNames,
  ) {}

  /** Prepares the list of a file, which is still to be read. */
  static async open(file: string, log: Log): Promise<CertificateCallers> {
    // Loaded only if needed: its library takes a quarter of the startup time.
    const { certificateNames } = await import("../../tls/certificate_names.ts");
    return new CertificateCallers(
      new CallerList(file, parseCertificateName, log),
      certificateNames,
    );
  }

  /** If several lines fit a certificate, the line for the first of its names counts. */
  callerOf(call: Call): Caller | undefined {
    // Once per connection: parsing a certificate takes as long as many calls.
    for (const name of call.connection.certificateNames ??= this.#namesOf(call)) {
      const caller = this.list.find(name);
      if (caller) return caller;
    }
    return undefined;
  }

  #namesOf(call: Call): string[] {
    const { sslPeerCertificate } = call.getAuthContext();
    return sslPeerCertificate ? this.namesIn(sslPeerCertificate.raw as Buffer<ArrayBuffer>) : [];
  }
}
