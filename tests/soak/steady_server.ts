import { MeasuredServer } from "../support/measured_server.ts";
import { median } from "../support/statistics.ts";
import type { Place } from "./caller.ts";

/** What a server had at one moment. */
export interface Sample {
  /** Since the beginning. */
  readonly seconds: number;
  readonly residentBytes: number;
  readonly descriptors: number;
}

/** What is read of a server that lives through the whole of it. */
export interface Findings {
  readonly name: string;
  readonly samples: readonly Sample[];
  /** Medians of the memory in the second and the last fifth of the time. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
}

const SAMPLE_MS = 500;

/** How long connections may take to close after the last client has gone. */
const CLOSING_MS = 10_000;

/** A server whose memory and descriptors are read all the while. */
export class SteadyServer implements AsyncDisposable {
  readonly #startedAt = performance.now();
  readonly #samples: Sample[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(
    readonly name: string,
    readonly place: Place,
    readonly server: MeasuredServer,
    readonly descriptorsBefore: number,
  ) {
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Keeps what it is told in `folder`. */
  static async plaintext(folder: string): Promise<SteadyServer> {
    const server = await MeasuredServer.rides(["--store", `sqlite:${folder}/plaintext.db`]);
    return new SteadyServer("plaintext", server, server, server.openDescriptors());
  }

  /** The same, with development certificates in `folder`. */
  static async tls(folder: string): Promise<SteadyServer> {
    const store = ["--store", `sqlite:${folder}/tls.db`];
    const server = await MeasuredServer.rides(["--tls", "--certs-dir", folder, ...store]);
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
    const bytes = this.#samples.map(({ residentBytes }) => residentBytes);
    return {
      name: this.name,
      samples: this.#samples,
      earlyBytes: median(bytes.slice(fifth, 2 * fifth)),
      lateBytes: median(bytes.slice(-fifth)),
      descriptorsBefore: this.descriptorsBefore,
      descriptorsAfter: this.server.openDescriptors(),
    };
  }

  #sample(): void {
    if (!this.server.isAlive) return;
    this.#samples.push({
      seconds: (performance.now() - this.#startedAt) / 1_000,
      residentBytes: this.server.residentBytes(),
      descriptors: this.server.openDescriptors(),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.server[Symbol.asyncDispose]();
  }
}
