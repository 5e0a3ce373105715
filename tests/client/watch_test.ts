import { equal } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import type { Watched } from "../../rides/client/resuming.ts";
import { createServer } from "../../rides/server/server.ts";
import { openStorage } from "../../rides/storage/mod.ts";
import type { WatchCarsEvents } from "../../rides/wire/v1/watch.ts";
import { eventually } from "../support/eventually.ts";
import { fixAt } from "../support/fixes.ts";
import { Http2Port } from "../support/http2_port.ts";

/** A watch of all cars, and what came of it. */
class Watch {
  readonly got: Watched<WatchCarsEvents>[] = [];
  failure: unknown;
  readonly ended: Promise<void>;

  constructor(client: RidesClient, signal: AbortSignal) {
    this.ended = this.#go(client, signal).catch((error) => void (this.failure = error));
  }

  async #go(client: RidesClient, signal: AbortSignal): Promise<void> {
    for await (const one of client.cars.watch({ kind: "all" }, { signal })) this.got.push(one);
  }

  /** Why it was lost, each time. */
  get losses(): readonly string[] {
    return this.got.flatMap((one) => one.kind === "lost" ? [one.failure.message] : []);
  }
}

Deno.test("watch - goes on when a proxy that had no server behind it, and answered 404, has one again", async () => {
  await using storage = await openStorage("memory");
  const serve = (port: number) => createServer({ listen: [`127.0.0.1:${port}`], storage });
  const leaving = new AbortController();
  const first = await serve(0);
  const { port } = first.listeners[0]!;
  await using client = new RidesClient({ address: `127.0.0.1:${port}` });
  const watch = new Watch(client, leaving.signal);
  await eventually("the present state", () => watch.got.length > 0);
  await first.shutdown(0);
  {
    await using _proxy = await Http2Port.open((stream) => {
      // Without a text, which Deno can hand on before the status.
      stream.respond({ ":status": 404 }, { endStream: true });
    }, port);
    await eventually("a 404", () => watch.losses.some((loss) => loss.includes("404")));
  }
  await using _second = await serve(port);
  await storage.put(fixAt(7n, 1)).stored;
  await eventually(
    "what followed",
    () => watch.got.some((one) => one.kind === "events" && one.events.events.length > 0),
  );
  leaving.abort();
  await watch.ended;
  equal(watch.failure, undefined);
});
