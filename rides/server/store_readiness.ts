import type { Storage } from "../storage/mod.ts";
import type { Readiness } from "./readiness.ts";

/** Makes a server not ready while its store cannot be used. */
export function holdWhileFailing(
  storage: Pick<Storage, "status" | "onStatus">,
  readiness: Readiness,
): void {
  let release: (() => void) | undefined;
  const follow = ({ kind }: Storage["status"]) => {
    release?.();
    // The reason is in the log, and for nobody outside.
    release = kind === "failing" ? readiness.hold("the store cannot be used") : undefined;
  };
  storage.onStatus(follow);
  follow(storage.status);
}
