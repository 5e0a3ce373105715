/**
 * Writes a file so that everybody, at any moment, sees it whole or not at all.
 *
 * @param mode its permissions, as in `0o600`
 * @param owner its owner; default whoever writes it
 * @throws {Deno.errors.PermissionDenied} and the like if its folder cannot be written, or it cannot be given
 * to its owner
 */
export async function writeWhole(
  file: string,
  text: string,
  mode: number,
  owner?: Pick<Deno.FileInfo, "uid" | "gid">,
): Promise<void> {
  const temporary = `${file}.${crypto.randomUUID()}`;
  try {
    await Deno.writeTextFile(temporary, text, { createNew: true, mode });
    if (owner && Deno.build.os !== "windows") await Deno.chown(temporary, owner.uid, owner.gid);
    await Deno.rename(temporary, file);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
