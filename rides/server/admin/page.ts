import type { IncomingMessage, ServerResponse } from "node:http";
import type { Access } from "../auth/access.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Readiness } from "../readiness.ts";

/** What the pages of the admin port tell of. */
export interface AdminSubjects {
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  /** Who may see secrets; undefined where the server asks nobody who they are. */
  readonly access: Access | undefined;
}

/** A page of the admin port. */
export interface Page {
  readonly path: string;
  /** For people. */
  readonly meaning: string;
  /** Whether it shows secrets, so that not everybody may see it. Default false. */
  readonly secret?: boolean;
  /** Answers the request; what it throws or rejects with is answered with 500, and logged. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): void | Promise<void>;
}

/** Answers with a text of one or more lines. */
export function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}
