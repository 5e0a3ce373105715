import type { FeedObserver } from "../domain/observers.ts";
import { Feed } from "../live/feed.ts";
import type { Storage } from "../storage/mod.ts";
import { watchEncoder } from "../wire/v1/watch_encoder.ts";
import { afterOthers } from "../runtime/mod.ts";
import type { Settings } from "./settings.ts";

/**
 * Opens the feed of a store.
 *
 * @throws {Unavailable} if the store cannot be read
 */
export function openFeed(
  storage: Storage,
  settings: Settings,
  observer: FeedObserver | undefined,
): Promise<Feed> {
  const { watchGatherMs, watchLateMs, watchStallMs, watchMemoryBytes } = settings;
  return Feed.open(storage, watchEncoder, {
    gatherMs: watchGatherMs,
    conflateAfterMs: watchLateMs,
    cutAfterMs: watchStallMs,
    recentBytes: watchMemoryBytes,
    afterOthers,
  }, observer);
}
