import { Command } from "commander";
import { connect, type ConnectionFlags, withConnectionOptions } from "./connection.ts";
import { print } from "./output.ts";

/** `rides client person` */
export function personCommand(): Command {
  const command = new Command("person")
    .description("Print who the person of that name is; a new name is registered.")
    .argument("<name>", "the person's name")
    .addHelpText("after", "\nExample:\n  $ rides client person trung");
  return withConnectionOptions(command).action(person);
}

async function person(name: string, flags: ConnectionFlags): Promise<void> {
  await using client = await connect(flags);
  const { id, married } = await client.getInfor(name);
  print(flags.format, `${name}: id ${id}, ${married ? "married" : "not married"}`, {
    name,
    id,
    married,
  });
}
