/** A page of a list, and the token of the next; empty on the last. */
interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
}

/**
 * The items of a list page by page, each asked for when the one before has been taken.
 *
 * @param limit how many items at most
 * @param pageSize how many the server gives at most on a page
 */
export async function* pages<Item>(
  fetch: (pageSize: number, pageToken: string) => Promise<Page<Item>>,
  limit: number,
  pageSize: number,
): AsyncGenerator<Item> {
  let pageToken = "";
  for (let left = limit; left > 0;) {
    const { items, nextPageToken } = await fetch(Math.min(left, pageSize), pageToken);
    // Even if a server returns more than it was asked for, the caller does not get more.
    yield* items.slice(0, left);
    left -= items.length;
    if (nextPageToken === "") return;
    pageToken = nextPageToken;
  }
}
