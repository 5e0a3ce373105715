import type { X509Certificate } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { Unauthenticated } from "../../domain/failure.ts";
import { certificatesIn, certificatesOf, isTrusted } from "../../runtime/mod.ts";
import { statusOf } from "../../wire/status.ts";
import type { CallGate } from "../interceptors/call_gate.ts";
import type { Call, CallStatus, Interceptor } from "../interceptors/interceptor.ts";
import type { PeerConnection } from "../interceptors/peer_connection.ts";

/**
 * Holds the clients of mutual TLS to the CAs that are trusted now. TLS itself asks for a certificate only when
 * a connection begins, and a connection can outlive its CA.
 */
export class ClientTrust implements Interceptor {
  /** Undefined as long as they are those that TLS has verified every connection with. */
  #authorities: readonly X509Certificate[] | undefined;

  /**
   * @param clientCa the CAs, PEM
   * @param gate knows the calls that run
   */
  constructor(private clientCa: string, private readonly gate: CallGate) {}

  /**
   * Trusts other CAs. Calls of clients that have no certificate of theirs are answered with UNAUTHENTICATED
   * from here on, and those that run end with it soon.
   */
  replace(clientCa: string): void {
    if (clientCa === this.clientCa) return;
    this.clientCa = clientCa;
    this.#authorities = certificatesIn(clientCa);
    void this.#endRunning();
  }

  onRequest(call: Call): void {
    if (this.#isLost(call.connection)) call.sendStatus(lost());
  }

  async #endRunning(): Promise<void> {
    for (const connection of new Set([...this.gate.running].map(({ connection }) => connection))) {
      // One that has ended meanwhile has no calls, nor, over the transport `node`, a socket.
      if (!connection.session?.destroyed && this.#isLost(connection)) {
        this.gate.endWhere((call) => call.connection === connection ? lost() : undefined);
      }
      // Others have their turn: a certificate takes a millisecond.
      await setImmediate();
    }
  }

  /** Whether a connection's client is no longer trusted; the connection ends then, when its calls have. */
  #isLost(connection: PeerConnection): boolean {
    const { session } = connection;
    if (connection.trustedBy === this.#authorities || !session) return false;
    const socket = session.socket as TLSSocket;
    const presented = socket.authorized ? certificatesOf(socket) : [];
    const isLost = presented.length > 0 && !isTrusted(presented, this.#authorities ?? []);
    if (isLost) session.close();
    else connection.trustedBy = this.#authorities;
    return isLost;
  }
}

function lost(): CallStatus {
  return statusOf(new Unauthenticated("this server no longer trusts the client's certificate"));
}
