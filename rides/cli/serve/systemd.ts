import type { Log } from "../../server/log.ts";

/**
 * Keeps systemd informed by the protocol of sd_notify(3) if it asks for that (`Type=notify`, `WatchdogSec=`)
 * by naming a socket in NOTIFY_SOCKET. Otherwise nothing happens.
 *
 * The socket takes datagrams, which `node:dgram` cannot send to a path; Deno's unstable `net` can, with no
 * further permission, from a socket of our own that needs a path as well.
 */
export class Systemd implements AsyncDisposable {
  #last: Promise<void> = Promise.resolve();
  #watchdog: ReturnType<typeof setInterval> | undefined;

  private constructor(
    private readonly socket: NotifySocket | undefined,
    private readonly log: Log,
  ) {}

  /** Finds out whether systemd wants to know; if it cannot be told, the log says so. */
  static async open(log: Log): Promise<Systemd> {
    const path = Deno.env.get("NOTIFY_SOCKET");
    if (!path) return new Systemd(undefined, log);
    try {
      return new Systemd(await connectTo(path), log);
    } catch (error) {
      log("error", "systemd cannot be told of this server", {
        socket: path,
        reason: reasonOf(error),
      });
      return new Systemd(undefined, log);
    }
  }

  /** The server takes calls. From now on the watchdog is fed, for as long as the event loop runs. */
  ready(status: string): void {
    this.#tell("READY=1", `STATUS=${status}`);
    const everyMs = watchdogMs();
    if (everyMs !== undefined && this.socket) {
      this.#watchdog = setInterval(() => this.#tell("WATCHDOG=1"), everyMs / 2);
    }
  }

  /** The server ends, which takes `withinMs` at most. */
  stopping(withinMs: number): void {
    this.#tell(
      "STOPPING=1",
      "STATUS=draining",
      `EXTEND_TIMEOUT_USEC=${Math.ceil(withinMs * 1_000)}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#last;
    await this.socket?.[Symbol.asyncDispose]();
  }

  #tell(...lines: string[]): void {
    const { socket } = this;
    if (!socket) return;
    this.#last = this.#last.then(async () => {
      try {
        await socket.send(new TextEncoder().encode(lines.join("\n")));
      } catch (error) {
        this.log("error", "systemd cannot be told of this server", { reason: reasonOf(error) });
      }
    });
  }
}

/** How often the watchdog wants to hear of this process, in milliseconds; undefined if it does not. */
function watchdogMs(): number | undefined {
  const pid = Deno.env.get("WATCHDOG_PID");
  if (pid && Number(pid) !== Deno.pid) return undefined;
  const everyMs = Number(Deno.env.get("WATCHDOG_USEC")) / 1_000;
  return everyMs > 0 ? everyMs : undefined;
}

/** A datagram socket of our own, and what it leads to. */
interface NotifySocket extends AsyncDisposable {
  send(message: Uint8Array): Promise<unknown>;
}

async function connectTo(path: string): Promise<NotifySocket> {
  const folder = await Deno.makeTempDir({ prefix: "rides-notify-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const socket = Deno.listenDatagram({ transport: "unixpacket", path: `${folder}/socket` });
    return {
      send: (message) => socket.send(message, { transport: "unixpacket", path }),
      [Symbol.asyncDispose]: () => (socket.close(), remove()),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
