import { run } from "../support/program.ts";
import { type CommandLine, onCore } from "../support/measured_server.ts";
import { ANSWER_BYTES, type Method } from "./bodies.ts";

/** The core that servers have to themselves, and the one of the load. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** What h2load is to do. */
export interface Load {
  readonly url: string;
  readonly method: Method;
  /** The file with the request's body. */
  readonly body: string;
  readonly connections: number;
  /** Calls that each connection has in flight. */
  readonly inFlight: number;
  /** The `grpc-timeout` of each call. Default: none. */
  readonly timeout?: string;
  /** How many calls in all, or for how long. */
  readonly calls?: number;
  readonly seconds?: number;
}

/**
 * Runs h2load and returns how many calls a second were answered.
 *
 * @throws if any call was not answered with the message that it asks for
 */
export function h2load(load: Load): Promise<number> {
  const { url, method } = load;
  return h2loadAt({
    ...load,
    url: `${url}/Rides/${method}`,
    answerBytes: ANSWER_BYTES[method],
    core: LOAD_CORE,
  });
}

/** What h2load is to do with any method. */
export interface LoadAt extends Omit<Load, "method"> {
  /** That of the method. */
  readonly url: string;
  /** How long an answer is at least. */
  readonly answerBytes: number;
  /** Default: any. */
  readonly core?: number;
  /** A file for how long each call took. */
  readonly log?: string;
}

/** The same for any method. */
export async function h2loadAt(load: LoadAt): Promise<number> {
  const { url, body, connections, inFlight, timeout, calls, seconds, core, log } = load;
  const amount = seconds === undefined ? ["-n", `${calls}`] : ["-D", `${seconds}`];
  const line: CommandLine = [
    "h2load",
    "--threads=1",
    "--header=content-type: application/grpc",
    "--header=te: trailers",
    ...timeout === undefined ? [] : [`--header=grpc-timeout: ${timeout}`],
    ...amount,
    ...log === undefined ? [] : [`--log-file=${log}`],
    "-c",
    `${connections}`,
    "-m",
    `${inFlight}`,
    "-d",
    body,
    url,
  ];
  const { code, stdout, stderr } = await run(core === undefined ? line : onCore(core, line));
  if (code !== 0) throw new Error(`h2load ended with ${code}: ${stderr}`);
  return rate(stdout, load);
}

/** How long the same calls took, in milliseconds, but for the first, which waits for the connection. */
export async function callTimesMs(load: LoadAt & { readonly log: string }): Promise<number[]> {
  // It would go on behind what is there.
  await Deno.writeTextFile(load.log, "");
  await h2loadAt(load);
  // Each line has a call's start, status and microseconds.
  const lines = (await Deno.readTextFile(load.log)).trimEnd().split("\n").slice(load.connections);
  return lines.map((line) => Number(line.split("\t")[2]) / 1_000);
}

function rate(output: string, { url, answerBytes }: LoadAt): number {
  const [, time, unit] = match(output, /^finished in ([\d.]+)(us|ms|s),/m);
  const [, succeeded, failed, errored] = match(
    output,
    /^requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored/m,
  );
  const [, dataBytes] = match(output, /\((\d+)\) data$/m);
  // A call that fails in gRPC is a success in HTTP, but has no message.
  const answered = Number(dataBytes) / answerBytes;
  if (Number(failed) + Number(errored) > 0 || answered < Number(succeeded)) {
    throw new Error(`Not every call of ${url} was answered:\n${output}`);
  }
  return Number(succeeded) / (Number(time) * SECONDS[unit as keyof typeof SECONDS]);
}

const SECONDS = { us: 1e-6, ms: 1e-3, s: 1 } as const;

function match(text: string, pattern: RegExp): RegExpExecArray {
  const found = pattern.exec(text);
  if (!found) throw new Error(`h2load did not say ${pattern}:\n${text}`);
  return found;
}
