import { X509Certificate } from "node:crypto";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A certificate that ends within this many days is near its end: ours are renewed, others warned of. */
const DAYS_NEAR_END = 30;

/** How long a certificate is good for. */
export interface Validity {
  readonly notAfter: Date;
  /** Whole days from now to its end; below 0 where it is over. */
  readonly daysLeft: number;
}

/** How long a certificate, PEM, is good for; of a chain the first one counts. */
export function validityOf(pem: string, now: number = Date.now()): Validity {
  const notAfter = new X509Certificate(pem).validToDate;
  return { notAfter, daysLeft: Math.floor((notAfter.getTime() - now) / DAY_MS) };
}

/** Whether a certificate, PEM, should be renewed. */
export function isNearEnd(pem: string): boolean {
  return validityOf(pem).daysLeft < DAYS_NEAR_END;
}

/** The day of a date, as in 2026-11-29. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
