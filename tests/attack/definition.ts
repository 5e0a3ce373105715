/** What is attacked, and how much. */
export interface Target {
  readonly port: number;
  /** When to begin no further go, as `performance.now()` has it. */
  readonly until: number;
  /** Connections of an attack that needs many. */
  readonly crowd: number;
  /** Whether to wait for limits of minutes. */
  readonly patient: boolean;
}

/** How one connection of an attack ended. */
export interface Ending {
  /** From what passed the limit to the server's end of the connection; undefined if it went on. */
  readonly closedAfterMs: number | undefined;
  /** The code of the GOAWAY that was read before. */
  readonly goawayCode?: number;
  /** For what a server has to bear: whether it did. */
  readonly isBorne?: boolean;
  /** What the server did to it that it must not do. */
  readonly fault?: string;
}

/** The end of a connection that the server has borne as it should. */
export const BORNE: Ending = { closedAfterMs: undefined, isBorne: true };

/** The end of a connection for which there has to be nothing in `wrong`. */
export function borneBut(wrong: Iterable<string>): Ending {
  const fault = [...new Set(wrong)].join(", ");
  return fault === "" ? BORNE : { ...BORNE, fault };
}

/** Something that a client can do to a server. */
export interface Attack {
  readonly name: string;
  /** The limit of the server that ends it; undefined where the server has to bear it. */
  readonly limit?: string;
  /** Whether it takes a server with TLS. */
  readonly tls?: true;
  /** Whether it takes a server that serves only callers with a token. */
  readonly tokens?: true;
  /** Does it once. */
  go(target: Target): Promise<Ending[]>;
}

/** How long a server is waited for that does not close; it has failed then. */
export const CLOSING_MS = 10_000;

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether `work` is done in time; leaves no timer behind. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), ms));
  const inTime = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
