import { type Command, Option } from "commander";
import { type AdminOptions, DEFAULT_ADMIN_ADDRESS } from "../../server/admin/options.ts";
import { Metrics } from "../../server/metrics/metrics.ts";
import { hasCollector } from "../../server/telemetry/collector.ts";
import { isLoopback, parseAddress } from "../../wire/address.ts";
import { UsageError } from "../failure.ts";
import { address, named, repeated, switchOption } from "../options.ts";
import type { AuthFlags } from "./auth.ts";

/** The flags of the admin port and of channelz. */
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
        `health, metrics and profiles over HTTP, at ${DEFAULT_ADMIN_ADDRESS} unless an address is given`,
      )
        .argParser(address).preset(DEFAULT_ADMIN_ADDRESS).env("RIDES_ADMIN"),
    )
    .addOption(
      new Option(
        "--admin-name <name...>",
        "a host name that requests to the admin port may use; repeatable",
      )
        .argParser(repeated(named("a host"))).env("RIDES_ADMIN_NAME"),
    )
    .addOption(
      switchOption(
        "--admin-debug",
        "let anybody on this machine take profiles and heap snapshots, which hold secrets",
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

/**
 * The admin port that the flags ask for; undefined where they ask for none.
 *
 * @throws {UsageError} if it has options and is not asked for
 */
export function adminOf({ admin, adminName, adminDebug }: AdminFlags): AdminOptions | undefined {
  if (admin !== undefined) return { listen: admin, names: adminName, openDebug: adminDebug };
  if (adminName === undefined && !adminDebug) return undefined;
  throw new UsageError("--admin-name and --admin-debug are for the admin port: add --admin");
}

/**
 * Whether callers may ask for channelz.
 *
 * @throws {UsageError} if everybody who reaches the server could ask
 */
export function channelzOf(
  { channelz, listen, authTokens, authCerts }: AdminFlags & AuthFlags & { listen: string[] },
): boolean | undefined {
  const isOpen = (authTokens ?? authCerts) === undefined &&
    !listen.every((at) => isLoopback(parseAddress(at).host));
  if (!channelz || !isOpen) return channelz;
  throw new UsageError(
    "--channelz shows the connections of everybody to everybody who reaches this server; say who " +
      "may ask with --auth-tokens, or listen on 127.0.0.1 alone",
  );
}

/**
 * Whether spans and metrics go to a collector of OpenTelemetry.
 *
 * @throws {UsageError} if one of its variables is not what it may be
 */
export async function openTelemetryOf(): Promise<boolean> {
  if (!hasCollector()) return false;
  const { telemetrySettings } = await import("../../server/telemetry/settings.ts");
  try {
    telemetrySettings();
    return true;
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** The metrics, if anybody is to see them. */
export function metricsOf({ admin }: AdminFlags): Metrics | undefined {
  return admin === undefined && !hasCollector() ? undefined : new Metrics();
}
