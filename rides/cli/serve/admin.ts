import { type Command, Option } from "commander";
import { type AdminOptions, DEFAULT_ADMIN_ADDRESS } from "../../server/admin/options.ts";
import { Metrics } from "../../server/metrics/metrics.ts";
import { hasCollector } from "../../server/telemetry/configured.ts";
import { address, named, repeated, switchOption } from "../options.ts";

/** The flags for whoever looks after the server. */
export interface AdminFlags {
  admin?: string;
  adminName?: string[];
  adminDebug?: boolean;
  channelz?: boolean;
}

/** Adds the options of {@linkcode AdminFlags} to a command. */
export function withAdminOptions(command: Command): Command {
  return command
    .optionsGroup("Admin:")
    .addOption(
      new Option(
        "--admin [address]",
        `health, metrics and profiles over HTTP, at ${DEFAULT_ADMIN_ADDRESS} unless told`,
      )
        .argParser(address).preset(DEFAULT_ADMIN_ADDRESS).env("RIDES_ADMIN"),
    )
    .addOption(
      new Option(
        "--admin-name <name...>",
        "a name by which the admin port may be asked; repeatable",
      )
        .argParser(repeated(named("a host"))).env("RIDES_ADMIN_NAME"),
    )
    .addOption(
      switchOption(
        "--admin-debug",
        "let everybody on this machine take profiles and heap snapshots, which hold secrets",
        "RIDES_ADMIN_DEBUG",
      ),
    )
    .addOption(
      switchOption(
        "--channelz",
        "count what goes over each connection, and let callers of scope admin ask (costs each call)",
        "RIDES_CHANNELZ",
      ),
    );
}

/** The admin port that the flags ask for; undefined where they ask for none. */
export function adminOf({ admin, adminName, adminDebug }: AdminFlags): AdminOptions | undefined {
  return admin === undefined
    ? undefined
    : { listen: admin, names: adminName, openDebug: adminDebug };
}

/** What counts, where there is somebody to tell. */
export function metricsOf({ admin }: AdminFlags): Metrics | undefined {
  return admin === undefined && !hasCollector() ? undefined : new Metrics();
}
