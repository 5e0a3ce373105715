/** Why a file or folder could not be read or written, in words for a person. */
export function fileProblem(error: unknown): string {
  const { NotFound, PermissionDenied, NotCapable, AlreadyExists, IsADirectory, NotADirectory } =
    Deno.errors;
  if (error instanceof NotFound) return "there is no such file or folder";
  if (error instanceof PermissionDenied) return "this user is not allowed to";
  // Deno denies programs the system's own folders, such as /proc.
  if (error instanceof NotCapable) return "no program may keep files there";
  if (error instanceof AlreadyExists) return "a file of that name is there already";
  if (error instanceof IsADirectory) return "it is a folder";
  if (error instanceof NotADirectory) return "a part of its path is not a folder";
  const message = error instanceof Error ? error.message : String(error);
  return /^[^(\n]*/.exec(message)?.[0].trim() || message;
}
