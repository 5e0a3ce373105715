import { Command } from "commander";
import { backupCommand } from "./backup.ts";
import { checkCommand } from "./check.ts";
import { exportCommand } from "./export.ts";
import { statsCommand } from "./stats.ts";

/** `rides store` */
export function storeCommand(): Command {
  return new Command("store")
    .description("Look after the file of a store, even while a server has it open.")
    .addHelpText("after", "\nExample:\n  $ rides store backup rides-monday.db")
    .addCommand(checkCommand())
    .addCommand(statsCommand())
    .addCommand(backupCommand())
    .addCommand(exportCommand());
}
