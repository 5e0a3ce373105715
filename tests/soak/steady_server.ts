import { MeasuredServer } from "../support/measured_server.ts";
import { median } from "../support/statistics.ts";
import type { Place } from "./caller.ts";

/** What is read of a server that lives through the whole of it. */
export interface Findings {
  readonly name: string;
  /** Medians of the memory in the second and the last fifth of the time. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
}

const SAMPLE_MS = 250;

/** How long connections may take to close after the last client has gone. */
const CLOSING_MS = 10_000;

/** A server whose memory is read all the while. */
export class SteadyServer implements AsyncDisposable {
  readonly #samples: number[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(
    readonly name: string,
    readonly place: Place,
    readonly server: MeasuredServer,
    readonly descriptorsBefore: number,
  ) {
    this.#timer = setInterval(() => this.#samples.push(server.residentBytes()), SAMPLE_MS);
  }

  static async plaintext(): Promise<SteadyServer> {
    const server = await MeasuredServer.rides();
    return new SteadyServer("plaintext", server, server, server.openDescriptors());
  }

  /** With development certificates in `folder`. */
  static async tls(folder: string): Promise<SteadyServer> {
    const server = await MeasuredServer.rides(["--tls", "--certs-dir", folder]);
    const place = { port: server.port, ca: await Deno.readTextFile(`${folder}/ca.pem`) };
    return new SteadyServer("TLS", place, server, server.openDescriptors());
  }

  /** Reads what is left when all clients have gone. */
  async conclude(): Promise<Findings> {
    clearInterval(this.#timer);
    const deadline = Date.now() + CLOSING_MS;
    while (this.server.openDescriptors() > this.descriptorsBefore && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const fifth = Math.floor(this.#samples.length / 5);
    return {
      name: this.name,
      earlyBytes: median(this.#samples.slice(fifth, 2 * fifth)),
      lateBytes: median(this.#samples.slice(-fifth)),
      descriptorsBefore: this.descriptorsBefore,
      descriptorsAfter: this.server.openDescriptors(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.server[Symbol.asyncDispose]();
  }
}
