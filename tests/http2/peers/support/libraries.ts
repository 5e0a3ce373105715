/** gRPC's client libraries, each run in a process of its own by a script that knows the same commands. */
import { join } from "node:path";
import { fromFileUrl, TemporaryFolder } from "../../../support/paths.ts";
import { available } from "../../../support/tools.ts";
import { certificates } from "./certificates.ts";
import { PROTO_FILE } from "./interop_service.ts";
import type { Security } from "./interop_server.ts";
import { installPackages, writeForNode } from "./node.ts";
import { compileForPython, findPython } from "./python.ts";

const CLIENTS = new URL("../clients/", import.meta.url);
const GRPC_JS_FILES = ["grpc_js_client.ts", "grpc_js_cases.ts", "grpc_js_connection.ts"];

/** What a client says: one line of JSON. */
export type ClientEvent = Readonly<Record<string, unknown>>;

export interface Library {
  readonly name: string;
  /** What the machine lacks to run it. */
  readonly missing: string | undefined;
  /** Makes the client ready in an empty folder; returns how it is called. */
  prepare(folder: string): Promise<readonly [string, ...string[]]>;
}

const nodeModules = available("node", "--version") ? await installPackages() : undefined;
const python = available("protoc", "--version") ? findPython("grpc", "google.protobuf") : undefined;

export const LIBRARIES: readonly Library[] = [
  {
    name: "grpc-js on Deno",
    missing: undefined,
    prepare() {
      const script = fromFileUrl(new URL("grpc_js_on_deno.ts", CLIENTS));
      return Promise.resolve([Deno.execPath(), "run", "-A", script]);
    },
  },
  {
    name: "grpc-js on Node",
    missing: nodeModules ? undefined : "node, or npm to get grpc-js for it, is missing",
    async prepare(folder) {
      await writeForNode(folder, GRPC_JS_FILES.map((file) => new URL(file, CLIENTS)));
      await Deno.symlink(nodeModules!, join(folder, "node_modules"));
      return ["node", join(folder, "grpc_js_client.mjs")];
    },
  },
  {
    name: "Python grpcio",
    missing: python ? undefined : "protoc, or Python with grpcio and protobuf, is missing",
    async prepare(folder) {
      await compileForPython(PROTO_FILE, folder);
      for (const file of ["python_client.py", "python_cases.py", "python_connection.py"]) {
        await Deno.copyFile(new URL(file, CLIENTS), join(folder, file));
      }
      return [python!, join(folder, "python_client.py")];
    },
  },
];

/** A running client. Disposing of it ends its process. */
export class LibraryClient implements AsyncDisposable {
  private constructor(
    private readonly folder: TemporaryFolder,
    private readonly child: Deno.ChildProcess,
    private readonly stderr: Promise<string>,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async start(
    library: Library,
    command: string,
    address: string,
    security: Security = "plaintext",
  ): Promise<LibraryClient> {
    const folder = await TemporaryFolder.make();
    const [program, ...args] = await library.prepare(folder.path);
    await using files = await certificates.writeFiles();
    const ca = join(folder.path, "ca.crt");
    await Deno.copyFile(files.ca, ca);
    const child = new Deno.Command(program, {
      args: [...args, PROTO_FILE, address, security === "TLS" ? ca : "", command],
      env: { NO_COLOR: "1", PYTHONDONTWRITEBYTECODE: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = new Response(child.stderr).text();
    return new LibraryClient(folder, child, stderr, linesOf(child.stdout));
  }

  /** The next event; undefined at the end. Throws if the client failed. */
  async next(): Promise<ClientEvent | undefined> {
    const { done, value } = await this.lines.next();
    if (!done) return JSON.parse(value);
    const [{ code }, stderr] = await Promise.all([this.child.status, this.stderr]);
    if (code !== 0) throw new Error(`The client ended with code ${code}:\n${stderr}`);
  }

  /** The events from here to the end. */
  async rest(): Promise<ClientEvent[]> {
    const events: ClientEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) events.push(event);
    return events;
  }

  /** Lets a client that waits go on. */
  async goOn(): Promise<void> {
    const writer = this.child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n"));
    writer.releaseLock();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stdin.close().catch(() => {});
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.child.status;
    while (!(await this.lines.next()).done);
    await this.stderr;
    await this.folder[Symbol.asyncDispose]();
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}
