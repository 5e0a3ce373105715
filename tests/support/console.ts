/** The commands in a document and what they print, as they stand in its ```console blocks. */

/** A command of a document. */
export interface Example {
  /** As it is typed, without the `$ ` before it. */
  readonly command: string;
  /** What it prints; `…` stands for anything. */
  readonly output: string;
  /** A last line such as `[67]`; 0 without it. */
  readonly exitCode: number;
}

/** The examples of a Markdown text, in order. */
export function examples(markdown: string): Example[] {
  const blocks = markdown.matchAll(/^```console\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, block = ""]) => block.split(/^\$ /m).slice(1).map(example));
}

function example(text: string): Example {
  const [, command = "", output = "", code = "0"] =
    /^([^\n]*)\n([^]*?)(?:\[(\d+)\]\n)?$/.exec(text) ?? [];
  return { command, output, exitCode: Number(code) };
}

/** Whether `actual` is what the example prints. */
export function prints({ output }: Example, actual: string): boolean {
  const literal = output.split("…").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^]*?")}$`).test(actual);
}

/** The words of a command, as a shell would split them: quotes hold words together. */
export function words(command: string): string[] {
  return [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)]
    .map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
