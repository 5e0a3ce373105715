import { type Command, Option } from "commander";
import type { Watched, WatchOptions } from "../../client/resuming.ts";
import type { Change } from "../../domain/commit.ts";
import { locationOf } from "../../domain/fix.ts";
import { rideName } from "../../domain/ride.ts";
import type { WatchCarsEvents, WatchRideEvents } from "../../wire/v1/watch.ts";
import { Interrupted } from "../failure.ts";
import { duration, filled, integer } from "../options.ts";
import { type OutputFormat, show, tell } from "../output.ts";
import { Signals } from "../signals.ts";
import { flagNames } from "./flags.ts";
import { positionJson, rideJson } from "./json.ts";
import { STATE_STYLES, styled } from "./style.ts";
import { carText, headingText, lengthText, locationText, speedText, timeText } from "./text.ts";

/** What every command that watches has. */
export interface WatchFlags {
  resume?: string;
  reconnect: number;
  limit?: number;
  format: OutputFormat;
}

/** Adds the options of {@linkcode WatchFlags} but the format. */
export function withWatchOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--resume <token>",
        "continue an earlier watch of the same, by its token",
      )
        .argParser(filled("the token of an earlier watch")),
    )
    .addOption(
      new Option("--reconnect <duration>", "how long the server may be away; 0: not at all")
        .argParser(duration).default(600_000, "10m"),
    )
    .addOption(new Option("--limit <count>", "end after this many events").argParser(integer(1)));
}

type Events = WatchRideEvents & Partial<Pick<WatchCarsEvents, "snapshotComplete">>;

/**
 * Writes events as they come, and to stderr when the connection is lost and when it is back. Ctrl-C ends it,
 * and prints where to resume.
 */
export async function showWatch(
  watch: (options: WatchOptions) => AsyncIterable<Watched<Events>>,
  { resume, reconnect, limit = Infinity, format }: WatchFlags,
): Promise<void> {
  using signals = new Signals();
  const signal = signals.aborted;
  let token = resume;
  let left = limit;
  let lost = false;
  for await (const watched of watch({ resumeToken: resume, reconnectMs: reconnect, signal })) {
    if (watched.kind === "events") {
      const { events, resumeToken } = watched;
      const shown = events.events.slice(0, left);
      left -= shown.length;
      const lines = shown.map(format === "json" ? changeJson : changeText);
      // A token is for what is behind the whole response.
      const isWhole = shown.length === events.events.length;
      if (format === "json" && isWhole) lines.push(JSON.stringify(markJson(events)));
      if (lines.length > 0 && !show(lines.join("\n"))) return;
      token = resumeToken;
      if (left === 0) break;
    } else if (watched.kind === "gap" || !lost) {
      tell(format === "json" ? noticeJson(watched) : noticeText(watched));
      lost = watched.kind === "lost";
    }
    if (signal.aborted) break;
  }
  if (!signals.came) return;
  if (token) {
    tell(format === "json" ? JSON.stringify({ resume_token: token }) : `--resume ${token}`);
  }
  throw new Interrupted(signals.came);
}

function changeJson(change: Change): string {
  return JSON.stringify(
    change.kind === "ride"
      ? { ride: rideJson(change.ride) }
      : { position: positionJson(change.fix) },
  );
}

/** What follows the events of a response: where to resume. */
function markJson({ resumeToken, snapshotComplete }: Events): object {
  return { resume_token: resumeToken, snapshot_complete: snapshotComplete || undefined };
}

function changeText(change: Change): string {
  if (change.kind === "fix") {
    const { fix } = change;
    const words = [
      timeText(fix.timeMs),
      `car ${fix.carId}`,
      locationText(locationOf(fix)),
      speedText(fix),
      headingText(fix),
      flagNames(fix.flags).join(","),
    ];
    return styled(words.filter((word) => word !== "").join("  "), undefined);
  }
  const { ride } = change;
  const words = [
    styled(timeText(ride.endMs ?? ride.startMs ?? ride.createMs), undefined),
    styled(rideName(ride.id), undefined),
    styled(ride.state, STATE_STYLES[ride.state]),
    ...(ride.carId === 0n ? [] : [`car ${carText(ride.carId)}`]),
    ...(ride.startMs === undefined ? [] : [lengthText(ride.distanceMicrometers / 1e6)]),
  ];
  return words.join("  ");
}

type Notice = Exclude<Watched<Events>, { kind: "events" }>;

function noticeText(notice: Notice): string {
  if (notice.kind === "lost") return `Lost: ${notice.failure.message}; trying again`;
  const seconds = (notice.lostMs / 1_000).toFixed(1);
  return notice.missed
    ? `Back after ${seconds} s; what happened meanwhile is no longer kept: things as they are now`
    : `Back after ${seconds} s; what happened meanwhile follows`;
}

function noticeJson(notice: Notice): string {
  return JSON.stringify(
    notice.kind === "lost"
      ? { lost: { status: notice.failure.status, message: notice.failure.reason } }
      : { gap: { lost_ms: notice.lostMs, missed: notice.missed } },
  );
}
