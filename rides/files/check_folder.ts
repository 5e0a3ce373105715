import { dirname } from "node:path";

/**
 * Finds out whether files could be made in a folder, or the folder itself, by one that is there for a
 * moment.
 *
 * @throws {Deno.errors.PermissionDenied} and the like if they could not
 */
export async function checkFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".rides-check-" }));
  } catch (error) {
    const above = dirname(folder);
    if (!(error instanceof Deno.errors.NotFound) || above === folder) throw error;
    await checkFolder(above);
  }
}
