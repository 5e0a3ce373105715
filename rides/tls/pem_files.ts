import { writeWhole } from "../files/write_whole.ts";

/** A certificate, perhaps followed by its chain, and its private key; both PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** Where the key of the certificate in `certFile` lies: `server-key.pem` beside `server.pem`. */
export function keyFileOf(certFile: string): string {
  return certFile.replace(/\.pem$/, "-key.pem");
}

/** The pair in `certFile` and the key file beside it; undefined where one of them is missing. */
export async function readPair(certFile: string): Promise<PemPair | undefined> {
  try {
    const [cert, key] = await Promise.all([
      Deno.readTextFile(certFile),
      Deno.readTextFile(keyFileOf(certFile)),
    ]);
    return { cert, key };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes the pair so that each file appears whole or not at all, the key readable only by its owner. */
export async function writePair({ cert, key }: PemPair, certFile: string): Promise<void> {
  await writeWhole(keyFileOf(certFile), key, 0o600);
  await writeWhole(certFile, cert, 0o644);
}

/** Locks `folder`, which is made if need be, against other processes until it is disposed of. */
export async function lockFolder(folder: string): Promise<Disposable> {
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(`${folder}/.lock`, { create: true, write: true, mode: 0o600 });
  await file.lock(true);
  return file;
}
