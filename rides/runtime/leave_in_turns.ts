import type { Server, Socket } from "node:net";
import { endInTurn } from "../http2/mod.ts";

type OnRead = (this: Handle, data?: ArrayBuffer, count?: number) => void;

/** The part of a socket's handle of Deno's that is used here. */
interface Handle {
  /** Called with what has come, and with nothing at the end or after an error. */
  onread: OnRead;
  [NODES]?: OnRead;
  /** Uses the `onread` of that time, until it is stopped. */
  readStart(): number;
  readStop(): number;
}

/** What node:net's sockets have in Deno beside their public side. */
type DenoSocket = Socket & { readonly _handle?: Handle | null };

/** The `onread` of node:net. */
const NODES = Symbol("onread");

/** UV_EOF, for "nobody sends more". */
const END = -4095;

/**
 * Symptom: while many hang up at once everybody else waits until the last of them is done with: a thousand
 * take 40 to 80 ms.
 *
 * Cause: Deno 2.9.6 reads all sockets that something came for in the same turn of the event loop
 * (`run_io` in its `uv_compat.rs`), and what node:net does at the end of a socket takes about 50 µs.
 *
 * Workaround: ends for which a turn has no time wait until others had theirs. An error that waits becomes an
 * end, since Deno tells them apart only at once; what node:net then sends fails, as the socket does.
 *
 * @param server in plaintext: a TLS socket takes over the handle's `onread`
 */
export function leaveInTurns(server: Server): void {
  server.prependListener("connection", (socket: DenoSocket) => {
    const handle = socket._handle;
    // Another version of Deno may read in another way, and is left to it.
    if (!handle || typeof handle.onread !== "function" || !("readStop" in handle)) return;
    handle[NODES] = handle.onread;
    handle.onread = onRead;
    handle.readStop();
    handle.readStart();
  });
}

function onRead(this: Handle, ...[data, count]: Parameters<OnRead>): void {
  if (data !== undefined) return this[NODES]!(data, count);
  let isLate = false;
  endInTurn(() => {
    // Closed meanwhile, it has another.
    if (this.onread === onRead) this[NODES]!(undefined, isLate ? END : count);
  });
  isLate = true;
}
