import { Command } from "commander";
import { DESCRIPTOR_SET, FILES, PROTO_ROOT } from "../wire/descriptors.ts";
import { fileProblem } from "../files/file_problem.ts";
import { CommandError } from "./failure.ts";
import { formatOption, named } from "./options.ts";
import { type OutputFormat, print, writeAll } from "./output.ts";

/** `rides proto` */
export function protoCommand(): Command {
  return new Command("proto")
    .description("The contracts, so that anyone can build a client.")
    .addHelpText("after", "\nExample:\n  $ rides proto export protos")
    .addCommand(
      new Command("list").description("List the files of the contracts.").addOption(formatOption())
        .addHelpText("after", "\nExample:\n  $ rides proto list")
        .action(list),
    )
    .addCommand(
      new Command("export").description("Write the .proto files into a folder.")
        .argument("<dir>", "a folder; it is made if need be", named("a folder")).addOption(
          formatOption(),
        )
        .addHelpText("after", "\nExample:\n  $ rides proto export protos")
        .action(exportFiles),
    )
    .addCommand(
      new Command("descriptor")
        .description(
          "Write a serialized google.protobuf.FileDescriptorSet to a file, or to stdout.",
        )
        .argument("[file]", "the file to write; - is stdout", named("a file"), "-")
        .addHelpText("after", "\nExample:\n  $ rides proto descriptor rides.binpb")
        .action(descriptor),
    );
}

/** Without protobuf's own files (google/protobuf/…), which come with every compiler. */
const NAMES = FILES.map(({ name }) => name).filter((name) => !name.startsWith("google/protobuf/"));

function list({ format }: { format: OutputFormat }): void {
  if (format === "text") print(format, NAMES.join("\n"), {});
  else for (const file of NAMES) print(format, "", { file });
}

async function exportFiles(folder: string, { format }: { format: OutputFormat }): Promise<void> {
  for (const name of NAMES) {
    const file = `${folder}/${name}`;
    const text = await Deno.readTextFile(new URL(name, PROTO_ROOT));
    await writing(file, async () => {
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    });
    print(format, file, { file });
  }
}

async function descriptor(file: string): Promise<void> {
  if (file !== "-") await writing(file, () => Deno.writeFile(file, DESCRIPTOR_SET));
  else if (Deno.stdout.isTerminal()) {
    throw new CommandError("Cannot write to a terminal; give a file, or redirect stdout");
  } else writeAll(Deno.stdout, DESCRIPTOR_SET);
}

async function writing(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new CommandError(`Cannot write ${file}: ${fileProblem(error)}`, { cause: error });
  }
}
