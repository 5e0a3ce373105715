/**
 * buf, a tool for contracts and a client of gRPC that is written in Go; undefined where npx cannot get it.
 * It is called by its path: npx takes six times as long as buf itself.
 */
export const BUF = pathOfBuf();

function pathOfBuf(): string | undefined {
  try {
    const { success, stdout } = new Deno.Command("npx", {
      args: ["-y", "--package=@bufbuild/buf@1.75.0", "-c", "command -v buf"],
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    // There is no npx.
    return undefined;
  }
}
