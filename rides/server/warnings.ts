import { addressBlock } from "../runtime/mod.ts";
import type { Fields, Log } from "./log.ts";

/** For how long further warnings of a kind are counted instead of logged. */
const GATHER_MS = 1_000;

/** How many kinds are told apart in that time, so that many addresses do not make more lines than that. */
const MAX_KINDS = 50;

/** Stands for all kinds beyond those. */
const OTHERS = "others";

/** The last warning of a kind, and how many came after the first. */
interface Recent {
  readonly message: string;
  readonly fields: Fields;
  readonly more: number;
}

/**
 * Warnings that peers can cause as often as they like. The first of a kind from an address is logged at
 * once; what follows within a second becomes one line at its end: the last of them, with their number
 * (`count`).
 */
export class Warnings implements Disposable {
  readonly #recent = new Map<string, Recent>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly log: Log) {}

  /**
   * @param kind warnings of the same kind are counted together
   * @param fields with `peer`, an address with its port; all of an IPv6 /64 count as one
   */
  warn(kind: string, message: string, fields: Fields & { readonly peer: string }): void {
    const key = this.#keyOf(`${kind} ${blockOf(fields.peer)}`);
    const recent = this.#recent.get(key);
    this.#recent.set(key, { message, fields, more: recent ? recent.more + 1 : 0 });
    if (!recent) this.log("warn", message, fields);
    this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS);
  }

  /** Tells what there is to tell. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#tell();
  }

  #keyOf(kind: string): string {
    return this.#recent.has(kind) || this.#recent.size < MAX_KINDS ? kind : OTHERS;
  }

  #tell(): void {
    this.#timer = undefined;
    for (const { message, fields, more } of this.#recent.values()) {
      if (more > 0) this.log("warn", message, { ...fields, count: more });
    }
    this.#recent.clear();
  }
}

/** The address block of an address with a port. */
function blockOf(peer: string): string {
  return addressBlock(peer.replace(/:\d+$/, "").replace(/[[\]]/g, ""));
}
