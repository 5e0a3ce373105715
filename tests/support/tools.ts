/** Whether a command can be run and succeeds; a test that needs it is ignored otherwise. */
export function available(command: string, ...args: string[]): boolean {
  try {
    const { success } = new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success;
  } catch {
    return false;
  }
}
