import inspector from "node:inspector/promises";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { answerText, type Page } from "./page.ts";

const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 60;

/** `/debug/profile?seconds=N`: a CPU profile, for the developer tools of a browser. */
export function profilePage(): Page {
  let running = false;
  return {
    path: "/debug/profile",
    meaning: `?seconds=N up to ${MAX_SECONDS}: a CPU profile, for the developer tools of a browser`,
    secret: true,
    async answer(_, response, url) {
      const seconds = Number(url.searchParams.get("seconds") ?? DEFAULT_SECONDS);
      if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
        return answerText(response, 400, `seconds: write a number up to ${MAX_SECONDS}\n`);
      }
      if (running) return answerText(response, 429, "a profile is being taken; ask again later\n");
      running = true;
      try {
        const profile = await profileOf(seconds, response);
        response.setHeader("content-disposition", 'attachment; filename="rides.cpuprofile"');
        answerText(response, 200, JSON.stringify(profile), "application/json");
      } finally {
        running = false;
      }
    },
  };
}

/** Takes a profile for that long, or until the client has gone. */
async function profileOf(seconds: number, response: ServerResponse): Promise<object> {
  const session = new inspector.Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    await sleep(seconds * 1000, undefined, { signal: gone.signal }).catch(() => {});
    return (await session.post("Profiler.stop")).profile;
  } finally {
    session.disconnect();
  }
}
