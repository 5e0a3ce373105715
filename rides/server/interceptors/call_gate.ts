import { Metadata, status as Code } from "@grpc/grpc-js";
import { ResourceExhausted } from "../../domain/failure.ts";
import { PlaceList } from "../../runtime/mod.ts";
import { statusOf } from "../../wire/status.ts";
import type { Settings } from "../settings.ts";
import type { Call, CallStatus, Interceptor } from "./interceptor.ts";

/** How many calls may run at once; see `settings.ts`. */
export type CallCounts = Pick<Settings, "maxCalls" | "maxCallsPerConnection">;

/**
 * For how long the shares of addresses are remembered while there is no room; counting takes a part of that.
 */
const KNOWN_MS = 1;

/** How many calls of each address run. */
interface Shares {
  readonly countedAt: number;
  readonly of: ReadonlyMap<string, number>;
  /** The address that has most of them. */
  readonly largest: string;
  readonly most: number;
}

/** Knows the running calls, admits no more than allowed, and closes when the server drains. */
export class CallGate implements Interceptor {
  /** The running calls. */
  readonly #calls = new PlaceList<Call>();
  /** Those, and unary calls that have ended but whose handlers still run. */
  #counted = 0;
  #refuses: "nothing" | "streams" | "everything" = "nothing";
  #shares: Shares | undefined;

  constructor(private readonly most: CallCounts) {}

  onRequest(call: Call): void {
    if (this.#refuses === "everything" || (this.#refuses === "streams" && call.responseStream)) {
      return call.sendStatus(refusal());
    }
    const { maxCalls, maxCallsPerConnection } = this.most;
    if (this.#counted >= maxCalls) this.#makeRoomFor(call);
    if (this.#counted >= maxCalls) {
      return call.sendStatus(tooMany(`the server runs as many calls as it may: ${maxCalls}`));
    }
    if (call.connection.calls >= maxCallsPerConnection) {
      return call.sendStatus(
        tooMany(`the connection runs as many calls as it may: ${maxCallsPerConnection}`),
      );
    }
    this.#calls.add(call);
    call.counted = true;
    call.connection.calls++;
    this.#counted++;
  }

  onEnd(call: Call): void {
    this.#calls.delete(call);
  }

  /**
   * Ends some calls of the address that makes most of them, if that of the new call has fewer: otherwise
   * whoever holds calls open, which needs no credential for some methods, would keep all others out.
   */
  #makeRoomFor({ connection }: Call): void {
    const { maxCalls } = this.most;
    const { of, largest, most } = this.#currentShares();
    const own = of.get(connection.addressBlock) ?? 0;
    // Several at once, so that not every new call has to count again.
    let left = Math.min(most - own - 1, Math.ceil(maxCalls / 100));
    if (left < 1) return;
    const reason =
      `the server runs as many calls as it may: ${maxCalls}, most of them of this address`;
    this.endWhere((call) =>
      call.connection.addressBlock === largest && left-- > 0 ? tooMany(reason) : undefined
    );
    this.#shares = undefined;
  }

  #currentShares(): Shares {
    const now = performance.now();
    if (this.#shares && now - this.#shares.countedAt < KNOWN_MS) return this.#shares;
    const of = new Map<string, number>();
    for (const { connection: { addressBlock } } of this.#calls) {
      of.set(addressBlock, (of.get(addressBlock) ?? 0) + 1);
    }
    const [largest, most] = [...of].reduce((a, b) => b[1] > a[1] ? b : a, ["", 0]);
    return this.#shares = { countedAt: now, of, largest, most };
  }

  /**
   * Not at the end of the call: otherwise a client that cancels as fast as it calls could have more handlers
   * running, and more commands pending in the store, than allowed.
   */
  onRelease(call: Call): void {
    if (!call.counted) return;
    call.counted = false;
    call.connection.calls--;
    this.#counted--;
  }

  /**
   * Refuses new calls that are answered with a stream, and ends those that only observe the server (a
   * health Watch, a reflection stream): their clients keep them open for ever, and a drain would wait
   * as long.
   */
  refuseStreams(): void {
    this.#refuses = "streams";
    this.endWhere(({ path }) => path.startsWith("/grpc.") ? shuttingDown() : undefined);
  }

  /** The calls that run. */
  get running(): Iterable<Call> {
    return this.#calls;
  }

  /** Refuses every new call. */
  refuseEverything(): void {
    this.#refuses = "everything";
  }

  /** Ends the calls that still run. Returns how many there were. */
  cut(): number {
    return this.endWhere(shuttingDown);
  }

  /** The running call with the largest measure. */
  largest(measure: (call: Call) => number): Call | undefined {
    let largest: Call | undefined;
    for (const call of this.#calls) {
      if (!largest || measure(call) > measure(largest)) largest = call;
    }
    return largest;
  }

  /** Ends each running call for which `statusFor` returns a status. Returns how many there were. */
  endWhere(statusFor: (call: Call) => CallStatus | undefined): number {
    let ended = 0;
    for (const call of this.#calls.all()) {
      const status = statusFor(call);
      if (!status) continue;
      call.sendStatus(status);
      ended++;
    }
    return ended;
  }
}

function tooMany(details: string): CallStatus {
  return statusOf(new ResourceExhausted(details));
}

function shuttingDown(): CallStatus {
  return { code: Code.UNAVAILABLE, details: "the server is shutting down" };
}

/** When a client may retry what was refused, in ms: elsewhere, or here after a restart. */
const TRY_AGAIN_MS = 100;

/**
 * Tells clients by gRPC's retry design (gRFC A6, "pushback") that nothing was done, so that they can retry
 * any call.
 */
function refusal(): CallStatus {
  const metadata = new Metadata();
  metadata.set("grpc-retry-pushback-ms", `${TRY_AGAIN_MS}`);
  return { ...shuttingDown(), metadata };
}
