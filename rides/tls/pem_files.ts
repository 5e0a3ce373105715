import { fileProblem } from "../files/file_problem.ts";
import { readWhole } from "../files/read_whole.ts";
import { writeWhole } from "../files/write_whole.ts";
import { TlsFileError } from "./load.ts";

/** A certificate, perhaps followed by its chain, and its private key; both PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** Where the key of the certificate in `certFile` lies: `server-key.pem` beside `server.pem`. */
export function keyFileOf(certFile: string): string {
  return certFile.replace(/\.pem$/, "-key.pem");
}

/**
 * What there is of the pair in `certFile` and the key file beside it.
 *
 * @throws as {@linkcode readIfThere}
 */
export async function readPair(certFile: string): Promise<Partial<PemPair>> {
  const [cert, key] = await Promise.all([
    readIfThere(certFile),
    readIfThere(keyFileOf(certFile)),
  ]);
  return { cert, key };
}

/**
 * The text of a file; undefined if there is none.
 *
 * @throws {TlsFileError} if it cannot be read
 */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readWhole(file)).text;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw inTheWay("read", file, error);
  }
}

/**
 * Writes the pair so that each file appears whole or not at all, the key readable only by its owner.
 *
 * @throws {TlsFileError} if there is a folder in the place of one of them
 * @throws {Deno.errors.PermissionDenied} and the like if their folder cannot be written
 */
export async function writePair({ cert, key }: PemPair, certFile: string): Promise<void> {
  await write(keyFileOf(certFile), key, 0o600);
  await write(certFile, cert, 0o644);
}

async function write(file: string, text: string, mode: number): Promise<void> {
  try {
    await writeWhole(file, text, mode);
  } catch (error) {
    throw error instanceof Deno.errors.IsADirectory ? inTheWay("write", file, error) : error;
  }
}

/** The error for what is in the place of a file, and not for us to remove. */
function inTheWay(doing: "read" | "write", file: string, error: unknown): TlsFileError {
  return new TlsFileError(
    `Cannot ${doing} ${file}: ${
      fileProblem(error)
    }; move it away, or choose another folder with --certs-dir`,
    { cause: error },
  );
}

/** Locks `folder`, which is made if need be, against other processes until it is disposed of. */
export async function lockFolder(folder: string): Promise<Disposable> {
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(`${folder}/.lock`, { create: true, write: true, mode: 0o600 });
  await file.lock(true);
  return file;
}
