import { fromFileUrl, ROOT } from "../support/paths.ts";
import { type CommandLine, hasCommand, MeasuredServer } from "../support/measured_server.ts";
import { partLine, run } from "../support/program.ts";
import { SERVER_CORE } from "./h2load.ts";

/** Who is measured, none with a store: rides on its engine, in TLS, on the runtime's HTTP/2, and its peers. */
export type Name = "engine" | "engine, TLS" | "node:http2" | "Node" | "Python";

export interface Contestant extends AsyncDisposable {
  readonly name: Name;
  readonly server: MeasuredServer;
  /** Such as `http://127.0.0.1:43817`. */
  readonly url: string;
}

/** What the peer on Node is built from: the versions of this project. */
const NODE_PACKAGES = ["@grpc/grpc-js", "@grpc/proto-loader"];

/** What Debian's python3-grpcio belongs to; another python3 may come before it in the path. */
const SYSTEM_PYTHON = "/usr/bin/python3";

/** Starts the server of that name; `folder` is for what it needs. */
export async function start(name: Name, folder: string): Promise<Contestant> {
  const server = await starters[name](folder);
  const scheme = name === "engine, TLS" ? "https" : "http";
  return {
    name,
    server,
    url: `${scheme}://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Why the server of that name cannot be measured here; undefined where it can. */
export async function obstacle(name: Name): Promise<string | undefined> {
  if (name === "Node" && !(hasCommand("node") && hasCommand("npm"))) return "no node or npm";
  if (name !== "Python") return undefined;
  if (!hasCommand("protoc")) return "no protoc";
  const { code } = await run([python(), "-c", "import grpc, google.protobuf"]);
  return code === 0 ? undefined : "no Python with grpcio and protobuf";
}

const options = { core: SERVER_CORE };

const starters: Record<Name, (folder: string) => Promise<MeasuredServer>> = {
  engine: () => unstored(),
  "engine, TLS": (folder) => unstored("--tls", `${folder}/certs`),
  "node:http2": () => unstored("--node"),
  Node: async (folder) => {
    await installNodePackages(folder);
    const line: CommandLine = ["node", besides("peers/node_server.cjs"), contract()];
    return MeasuredServer.start(line, {
      ...options,
      env: { NODE_PATH: `${folder}/node_modules` },
      cwd: folder,
    });
  },
  Python: (folder) =>
    MeasuredServer.start(
      [python(), besides("peers/python_server.py"), contract(), folder],
      options,
    ),
};

/** All that `rides serve` is but its store, as the peers have none. */
function unstored(...args: readonly string[]): Promise<MeasuredServer> {
  const program = new URL("unstored/server.ts", import.meta.url);
  return MeasuredServer.start(partLine(program, args), options);
}

function python(): string {
  return hasSystemPython() ? SYSTEM_PYTHON : "python3";
}

function hasSystemPython(): boolean {
  try {
    return Deno.statSync(SYSTEM_PYTHON).isFile;
  } catch {
    return false;
  }
}

function contract(): string {
  return fromFileUrl(new URL("proto/rides.proto", ROOT));
}

function besides(file: string): string {
  return fromFileUrl(new URL(file, import.meta.url));
}

async function installNodePackages(folder: string): Promise<void> {
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT))) as {
    imports: Record<string, string>;
  };
  const packages = NODE_PACKAGES.map((name) => imports[name]!.replace(/^npm:/, ""));
  const { code, stderr } = await run(
    ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", ...packages],
    { cwd: folder },
  );
  if (code !== 0) throw new Error(`npm install ended with ${code}: ${stderr}`);
}
