import { DEFAULT_LIMITS } from "../limits.ts";
import { counter, type Family, gauge } from "./family.ts";

/** Counts connections and the limits they exceed, and tells when the server's certificate ends. */
export class ConnectionMetrics {
  #opened = 0;
  #closed = 0;
  #handshakeFailures = 0;
  readonly #limits = new Map(Object.keys(DEFAULT_LIMITS).map((limit) => [limit, 0]));
  #certificate: { readonly notAfter: Date } | undefined;

  readonly families: readonly Family[] = [
    gauge(
      "rides_connections",
      "HTTP/2 connections that are open.",
      () => this.#opened - this.#closed,
    ),
    counter(
      "rides_connections_opened_total",
      "HTTP/2 connections that were opened.",
      () => this.#opened,
    ),
    {
      type: "counter",
      name: "rides_limit_reached_total",
      help: "How often peers went over a limit, each connection once for a limit.",
      points: () => [...this.#limits].map(([limit, value]) => ({ labels: { limit }, value })),
    },
    counter(
      "rides_tls_handshake_failures_total",
      "TLS handshakes that failed.",
      () => this.#handshakeFailures,
    ),
    gauge(
      "rides_tls_certificate_not_after_seconds",
      "When the server's certificate ends, in seconds since 1970; not there without TLS.",
      () => this.#certificate && this.#certificate.notAfter.getTime() / 1000,
    ),
  ];

  /** Tells which certificate is presented in TLS; its end may change. */
  observe(certificate: { readonly notAfter: Date } | undefined): void {
    this.#certificate = certificate;
  }

  onOpen(): void {
    this.#opened++;
  }

  onClose(): void {
    this.#closed++;
  }

  onLimit(limit: string): void {
    this.#limits.set(limit, (this.#limits.get(limit) ?? 0) + 1);
  }

  onHandshakeFailure(): void {
    this.#handshakeFailures++;
  }
}
