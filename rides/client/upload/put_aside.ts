import type { RefusedLine } from "./position_blocks.ts";

/** Lines cannot be put aside, and waiting does not help; the cause says why. */
export class AsideError extends Error {
  override readonly name = "AsideError";

  /** @param path where they were to be put */
  constructor(readonly path: string, options: ErrorOptions) {
    super(`Cannot put lines aside in ${path}`, options);
  }
}

/** What somebody has to change. Others, such as a full disk, may pass. */
const LASTING = [
  Deno.errors.IsADirectory,
  Deno.errors.NotADirectory,
  Deno.errors.NotFound,
  Deno.errors.PermissionDenied,
  Deno.errors.NotCapable,
];

/**
 * Appends lines to a file, each with the reason.
 *
 * @throws {AsideError} if that will not work later either, and what the system says if it may
 */
export function putAside(path: string, lines: readonly RefusedLine[]): void {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  try {
    Deno.writeTextFileSync(path, text, { append: true, mode: 0o600 });
  } catch (error) {
    if (!LASTING.some((type) => error instanceof type)) throw error;
    throw new AsideError(path, { cause: error });
  }
}
