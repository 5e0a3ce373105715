import { Command, Option } from "commander";
import type { Timestamp } from "../../domain/timestamp.ts";
import { connect, type ConnectionFlags, withConnectionOptions } from "../connection.ts";
import { integer } from "../options.ts";
import { positionJson } from "../show/json.ts";
import { asked, limitOption, list, type ListFlags } from "../show/list.ts";
import { POSITION_COLUMNS } from "../show/position.ts";
import { carId, time } from "../values.ts";

interface HistoryFlags extends ConnectionFlags, ListFlags {
  from?: Timestamp;
  to?: Timestamp;
  simplify?: number;
}

/** `rides client car history` */
export function historyCommand(): Command {
  const command = new Command("history")
    .description("List the positions of a car, the earliest first.")
    .argument("<car>", "its number, or cars/NUMBER", carId)
    .addOption(new Option("--from <time>", "at or after, RFC 3339").argParser(time))
    .addOption(new Option("--to <time>", "before").argParser(time))
    .addOption(
      new Option("--simplify <count>", "only this many, chosen to keep the shape of the track")
        .argParser(integer(2, 10_000)),
    )
    .addOption(limitOption("positions"))
    .addHelpText(
      "after",
      "\nExample:\n  $ rides client car history 7 --from 2022-02-22T14:00:00Z --format json",
    );
  return withConnectionOptions(command).action(history);
}

async function history(car: bigint, flags: HistoryFlags): Promise<void> {
  await using client = await connect(flags);
  const { from, to, simplify } = flags;
  const fixes = client.cars.history(car, { from, to, simplifyTo: simplify, limit: asked(flags) });
  await list(fixes, flags, POSITION_COLUMNS, positionJson);
}
