import { fromFileUrl } from "../support/paths.ts";

/** What the well-behaved client saw in a span of time. */
export interface Span {
  /** Of each call that was answered. */
  readonly latenciesMs: readonly number[];
  /** Calls that wait for their answer. */
  readonly open: number;
  /** Whether the server has closed its connection. */
  readonly isClosed: boolean;
}

/** How the well-behaved client comes to a server. */
export interface PoliteOptions {
  /** The file of a CA: it calls in TLS. */
  readonly caFile?: string;
  /** What it proves with who it is. */
  readonly token?: string;
}

/** The variable that the token travels in. */
export const TOKEN_VARIABLE = "POLITE_TOKEN";

/** The well-behaved client, which makes calls all the while. Disposing of it ends them. */
export class PoliteClient implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #stdout: ReadableStreamDefaultReader<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    this.#stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts one that has warmed up the server. */
  static async start(
    port: number,
    { caFile, token }: PoliteOptions = {},
  ): Promise<PoliteClient> {
    const program = fromFileUrl(new URL("polite_program.ts", import.meta.url));
    const client = new PoliteClient(
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", program, `${port}`, ...caFile === undefined ? [] : [caFile]],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
        env: token === undefined ? {} : { [TOKEN_VARIABLE]: token },
      }).spawn(),
    );
    await client.take();
    return client;
  }

  /** What it saw since it was last asked. */
  async take(): Promise<Span> {
    await this.#stdin.write(new TextEncoder().encode("\n"));
    let text = "";
    while (!text.endsWith("\n")) {
      const { done, value } = await this.#stdout.read();
      if (done) throw new Error("the well-behaved client has ended");
      text += value;
    }
    return JSON.parse(text) as Span;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close();
    await this.#child.status;
    await this.#stdout.cancel();
  }
}
