import { equal } from "node:assert/strict";
import type { Called, Channel } from "./exchange.ts";

/** The pages of a list; each is asked for when what is done with the one before has been done. */
export async function* pagesOf<
  Request extends { readonly pageToken: string },
  Page extends { readonly nextPageToken: string },
>(channel: Channel, method: Called<Request, Page>, request: Request): AsyncGenerator<Page> {
  let { pageToken } = request;
  do {
    const { answers, status, details } = await channel.call(method, { ...request, pageToken });
    equal(status, "OK", details);
    const page = answers[0]!;
    yield page;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
