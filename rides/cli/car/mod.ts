import { Command } from "commander";
import { getCommand } from "./get.ts";
import { historyCommand } from "./history.ts";
import { listCommand } from "./list.ts";
import { nearCommand } from "./near.ts";
import { uploadCommand } from "./upload.ts";
import { watchCommand } from "./watch.ts";

/** `rides client car` */
export function carCommand(): Command {
  return new Command("car")
    .description("Where cars are, and were.")
    .addHelpText("after", "\nExample:\n  $ rides client car near --lat 51.46 --lng -0.2")
    .addCommand(getCommand())
    .addCommand(listCommand())
    .addCommand(nearCommand())
    .addCommand(historyCommand())
    .addCommand(watchCommand())
    .addCommand(uploadCommand());
}
