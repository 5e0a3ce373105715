import { pipeline } from "node:stream/promises";
import v8 from "node:v8";
import { answerText, type Page } from "./page.ts";

/** `/debug/heap`: a snapshot of all memory, for the developer tools of a browser. */
export function heapPage(): Page {
  let running = false;
  return {
    path: "/debug/heap",
    meaning: "a heap snapshot, for the developer tools of a browser; calls wait while it is made",
    secret: true,
    async answer(_, response) {
      if (running) return answerText(response, 429, "a snapshot is being taken; ask again later\n");
      running = true;
      try {
        response.writeHead(200, {
          "content-type": "application/json",
          "cache-control": "no-store",
          "content-disposition": 'attachment; filename="rides.heapsnapshot"',
        });
        await pipeline(v8.getHeapSnapshot(), response);
      } finally {
        running = false;
      }
    },
  };
}
