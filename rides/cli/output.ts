import { fileProblem } from "../files/file_problem.ts";
import { printable } from "../wire/printable.ts";

/** How results and failures are written: for people, or one JSON object a line for programs. */
export type OutputFormat = "text" | "json";

/** Writes a result to stdout: `text` for people, `value` for programs. */
export function print(format: OutputFormat, text: string, value: object): void {
  writeLine(Deno.stdout, format === "json" ? JSON.stringify(value) : text);
}

/**
 * Writes lines that are already printable, apart from the control characters of their style.
 *
 * @returns whether there is still a reader
 */
export function show(lines: string): boolean {
  return writeAll(Deno.stdout, new TextEncoder().encode(`${lines}\n`));
}

/** Writes a line to stderr, for everything that is not the result. */
export function tell(line: string): void {
  writeLine(Deno.stderr, line);
}

/** A result that could not be written. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** Where the program writes. */
type Output = Pick<typeof Deno.stdout, "writeSync">;

/** Line ends are layout: callers have removed those that came from a server. */
function writeLine(file: Output, text: string): void {
  const lines = text.split("\n").map(printable);
  writeAll(file, new TextEncoder().encode(`${lines.join("\n")}\n`));
}

/**
 * @returns whether there is still a reader
 * @throws {OutputError} if not everything can be written
 */
export function writeAll(file: Output, bytes: Uint8Array): boolean {
  try {
    for (let start = 0; start < bytes.length;) start += file.writeSync(bytes.subarray(start));
    return true;
  } catch (error) {
    // The reader is gone, as in `rides … | head -1`: there is nobody left to tell.
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw new OutputError(`Cannot write the result: ${fileProblem(error)}`, { cause: error });
  }
}
