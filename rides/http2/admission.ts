import type net from "node:net";
import { clearInterval, setInterval } from "node:timers";
import { addressBlock } from "./address_block.ts";
import { FailedHandshakes } from "./failed_handshakes.ts";
import type { LimitListener, LimitName, Limits } from "./limits.ts";
import { listenAgain } from "./listen_again.ts";
import { type Peer, peerOf } from "./peer.ts";
import { SpareDescriptors } from "./spare_descriptors.ts";

type AdmissionLimit = Extract<
  LimitName,
  "maxConnections" | "maxConnectionsPerAddress" | "maxFailedHandshakes"
>;

/** How often to look whether there are descriptors again. */
const LOOK_MS = 50;

/** Connections that are counted together. */
interface Crowd {
  open: number;
  /** Whether it has been reported that there are too many. */
  reported: boolean;
}

/** Those of one address. */
interface Block extends Crowd {
  /** Called when one of them closes: the same for all, since each would take memory. */
  readonly onClosed: () => void;
}

/**
 * Lets in as many connections as the limits allow, in all and from one address (or IPv6 /64, see
 * {@linkcode addressBlock}), counted over all servers that it guards; no more than the system has
 * descriptors for; and none from an address whose TLS handshakes keep failing. The others are closed
 * unread.
 */
export class Admission {
  readonly #all: Crowd = { open: 0, reported: false };
  readonly #blocks = new Map<string, Block>();
  readonly #servers = new Map<net.Server, FailedHandshakes>();
  readonly #descriptors = new SpareDescriptors();
  /** How many are to come in when others had their turn. */
  #waiting = 0;
  #looksAgain = false;

  constructor(
    private readonly limits: Pick<Limits, AdmissionLimit | "floodIntervalMs">,
    private readonly onLimit?: LimitListener,
  ) {}

  /**
   * Guards a server of `node:net`, `node:tls` or `node:http2`. Only overriding `emit` comes before the
   * server's own listeners, which would set up a session for a socket that is not admitted.
   */
  guard(server: net.Server): void {
    this.#servers.set(server, new FailedHandshakes(server, this.limits));
    const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
    server.emit = (event: string, ...args: unknown[]) => {
      if (event === "connection" && !this.#admits(server, args[0] as net.Socket)) return true;
      return emit(event, ...args);
    };
  }

  /**
   * Whether a guarded server has a place for that peer, which is to wait until others had their turn; if not,
   * no socket need be made for it.
   */
  letWait(server: net.Server, peer: Peer): boolean {
    if (!this.#hasPlace(server, peer)) return false;
    this.#waiting++;
    return true;
  }

  /** Whether there still is a place for one of them, who now comes in. */
  letIn(server: net.Server, peer: Peer): boolean {
    this.#waiting--;
    return this.#hasPlace(server, peer);
  }

  #hasPlace(server: net.Server, peer: Peer): boolean {
    const key = addressBlock(peer.remoteAddress);
    const block = this.#blocks.get(key);
    const { maxConnections, maxConnectionsPerAddress, floodIntervalMs } = this.limits;
    const failures = this.#servers.get(server)?.tooManyOf(key);
    if (failures) {
      const why = `${failures.count} TLS handshakes of ${key} failed in ${floodIntervalMs} ms`;
      return this.#refuse(peer, "maxFailedHandshakes", failures, why);
    }
    const open = this.#taken;
    const hasRoom = this.#descriptors.hasRoom(open);
    if (!hasRoom) this.#listenAgain();
    if (open >= maxConnections) {
      return this.#refuse(peer, "maxConnections", this.#all, `${open} are open`);
    }
    if (!hasRoom) {
      const why = `${open} are open, and the system allows no more open files (ulimit -n)`;
      return this.#refuse(peer, "maxConnections", this.#all, why);
    }
    if (block && maxConnectionsPerAddress > 0 && block.open >= maxConnectionsPerAddress) {
      const why = `${block.open} of ${key} are open`;
      return this.#refuse(peer, "maxConnectionsPerAddress", block, why);
    }
    return true;
  }

  get #taken(): number {
    return this.#all.open + this.#waiting;
  }

  #admits(server: net.Server, socket: net.Socket): boolean {
    if (!this.#hasPlace(server, socket)) {
      socket.destroy();
      return false;
    }
    const key = addressBlock(socket.remoteAddress);
    const block = this.#blocks.get(key) ?? this.#newBlock(key);
    this.#all.open++;
    block.open++;
    socket.on("close", block.onClosed);
    return true;
  }

  #newBlock(key: string): Block {
    const { maxConnections, maxConnectionsPerAddress } = this.limits;
    const onClosed = () => {
      leave(this.#all, maxConnections);
      this.#descriptors.onClosed(this.#taken);
      leave(block, maxConnectionsPerAddress);
      if (block.open === 0) this.#blocks.delete(key);
    };
    const block: Block = { open: 0, reported: false, onClosed };
    this.#blocks.set(key, block);
    return block;
  }

  /**
   * Listens again once there are descriptors. They may have run out, since many connections are accepted
   * before we hear of the first.
   */
  #listenAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    const look = setInterval(() => {
      const servers = [...this.#servers.keys()].filter(({ listening }) => listening);
      if (servers.length > 0 && !this.#descriptors.areLeft) return;
      clearInterval(look);
      this.#looksAgain = false;
      servers.forEach(listenAgain);
    }, LOOK_MS).unref();
  }

  #refuse(
    peer: Peer,
    limit: AdmissionLimit,
    told: { reported: boolean },
    why: string,
  ): false {
    if (!told.reported) {
      this.onLimit?.(limit, `No further connection is taken: ${why}`, peerOf(peer));
    }
    told.reported = true;
    return false;
  }
}

/** Reports again only after half of them have left: a crowd that comes and goes would fill the log. */
function leave(crowd: Crowd, most: number): void {
  if (--crowd.open * 2 < most) crowd.reported = false;
}
