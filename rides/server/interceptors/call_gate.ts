import { ServerInterceptingCall, type ServerInterceptor, status as Code } from "@grpc/grpc-js";

const DRAINING = { code: Code.UNAVAILABLE, details: "the server is shutting down" };

/** Knows the calls that run, and closes behind them when the server drains. */
export class CallGate {
  readonly #calls = new Map<ServerInterceptingCall, string>();
  #open = true;

  /** Lets calls in while the gate is open, and knows each of them until it ends. */
  readonly interceptor: ServerInterceptor = ({ path }, next) => {
    const call = new ServerInterceptingCall(next, {
      start: (proceed) => {
        if (!this.#open) return call.sendStatus(DRAINING);
        this.#calls.set(call, path);
        proceed({ onCancel: () => this.#calls.delete(call) });
      },
      sendStatus: (status, proceed) => {
        this.#calls.delete(call);
        proceed(status);
      },
    });
    return call;
  };

  /**
   * Refuses new calls. Those that only observe the server (a health Watch, a reflection stream) end at
   * once: their clients keep them open for ever, and a drain would wait as long.
   */
  close(): void {
    this.#open = false;
    this.#endWhere((path) => path.startsWith("/grpc."));
  }

  /** Ends the calls that still run. Returns how many there were. */
  cut(): number {
    return this.#endWhere(() => true);
  }

  #endWhere(matches: (path: string) => boolean): number {
    const ending = [...this.#calls].filter(([, path]) => matches(path));
    for (const [call] of ending) call.sendStatus(DRAINING);
    return ending.length;
  }
}
