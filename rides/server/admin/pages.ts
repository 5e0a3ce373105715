import { VERSION } from "../../version.ts";
import { TEXT_FORMAT } from "../metrics/text_format.ts";
import { type AdminSubjects, answerText, type Page } from "./page.ts";
import { heapPage } from "./heap.ts";
import { profilePage } from "./profile.ts";

/** Every page of the admin port. */
export function adminPages({ metrics, readiness }: AdminSubjects): readonly Page[] {
  const pages: Page[] = [
    {
      path: "/livez",
      meaning: "200: the process answers, so leave it alone",
      answer: (_, response) => answerText(response, 200, "ok\n"),
    },
    {
      path: "/readyz",
      meaning: "200: send calls; 503: do not, with the reasons",
      answer(_, response) {
        if (readiness.isReady) return answerText(response, 200, "ready\n");
        answerText(response, 503, readiness.reasons.map((reason) => `${reason}\n`).join(""));
      },
    },
    {
      path: "/metrics",
      meaning: "what is counted, for Prometheus",
      answer: (_, response) => answerText(response, 200, metrics.text(), TEXT_FORMAT),
    },
    {
      path: "/version",
      meaning: "the versions of rides, of Deno and of V8, in JSON",
      answer(_, response) {
        const { deno, v8 } = Deno.version;
        const versions = { version: VERSION, deno, v8 };
        answerText(response, 200, `${JSON.stringify(versions)}\n`, "application/json");
      },
    },
    profilePage(),
    heapPage(),
  ];
  return [indexPage(pages), ...pages];
}

function indexPage(pages: readonly Page[]): Page {
  const lines = pages.map(({ path, meaning }) => `${path.padEnd(16)} ${meaning}\n`);
  return {
    path: "/",
    meaning: "this list",
    answer: (_, response) => answerText(response, 200, lines.join("")),
  };
}
