/** What is counted beside calls: connections, the process, stores and feeds. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Metrics } from "../../../rides/server/metrics/metrics.ts";
import { ridesDefinition } from "../../../rides/wire/rides.ts";
import { eventually } from "../../support/eventually.ts";
import { Channel } from "../../support/exchange.ts";
import { RIDE } from "../../support/rides.ts";
import { scrape } from "../../support/scrape.ts";
import { Serving } from "../../support/serving.ts";

const admin = { listen: "127.0.0.1:0" };

Deno.test("metrics - connections are counted while they are open", async () => {
  await using serving = await Serving.start({ admin });
  {
    using channel = new Channel(serving.port);
    await channel.call(ridesDefinition.Start, RIDE);
    const open = await scrape(serving.adminUrl);
    equal(open.value("rides_connections"), 1);
    equal(open.value("rides_connections_opened_total"), 1);
  }
  const closed = await eventually("the connection is closed", async () => {
    const samples = await scrape(serving.adminUrl);
    return samples.value("rides_connections") === 0 && samples;
  });
  equal(closed.value("rides_connections_opened_total"), 1);
});

Deno.test("metrics - a limit is there with zero, and counts those who go over it", async () => {
  await using serving = await Serving.start({ admin, limits: { maxConnectionsPerAddress: 1 } });
  const limits = async () => {
    const samples = await scrape(serving.adminUrl);
    return ["maxConnectionsPerAddress", "maxConnections"]
      .map((limit) => samples.value("rides_limit_reached_total", { limit }));
  };
  deepEqual(await limits(), [0, 0]);
  await serving.channel.call(ridesDefinition.Start, RIDE);
  using second = await Deno.connect({ hostname: "127.0.0.1", port: serving.port });
  equal(await second.read(new Uint8Array(1)).catch(() => null), null);
  deepEqual(await limits(), [1, 0]);
});

Deno.test("metrics - the process says what it takes", async () => {
  await using serving = await Serving.start({ admin });
  const samples = await scrape(serving.adminUrl);
  const inBounds = (name: string, least: number, most: number) => {
    const value = samples.value(name) ?? NaN;
    ok(value >= least && value <= most, `${name} ${value}`);
  };
  inBounds("process_resident_memory_bytes", 10e6, 10e9);
  inBounds("rides_heap_used_bytes", 1e6, 10e9);
  inBounds("process_cpu_seconds_total", 0.001, 1e6);
  inBounds("process_start_time_seconds", 1.7e9, Date.now() / 1000);
  inBounds("rides_lowest_free_fd", 3, 1e6);
});

Deno.test("metrics - an event loop that was blocked shows", async () => {
  await using serving = await Serving.start({ admin });
  const blockedUntil = performance.now() + 300;
  await new Promise((resolve) => setTimeout(resolve)); // The timer of the lag is running by now.
  while (performance.now() < blockedUntil);
  await eventually("the lag is counted", async () => {
    const samples = await scrape(serving.adminUrl);
    const all = samples.value("rides_event_loop_lag_seconds_count") ?? 0;
    return all > (samples.value("rides_event_loop_lag_seconds_bucket", { le: "0.05" }) ?? 0);
  });
});

Deno.test("metrics - a store and a feed are counted where they are given the observers", async () => {
  const metrics = new Metrics();
  await using serving = await Serving.start({ admin, metrics });
  metrics.store.onQueue(7);
  metrics.store.onCommit(0.003, 200);
  metrics.feed.onWatchers(2);
  metrics.feed.onConflated(5);
  metrics.feed.onCut();
  const samples = await scrape(serving.adminUrl);
  equal(samples.value("rides_store_queue_rows"), 7);
  equal(samples.value("rides_store_commit_seconds_bucket", { le: "0.0025" }), 0);
  equal(samples.value("rides_store_commit_seconds_bucket", { le: "0.005" }), 1);
  equal(samples.value("rides_store_commit_rows_sum"), 200);
  equal(samples.value("rides_feed_watchers"), 2);
  equal(samples.value("rides_feed_conflated_total"), 5);
  equal(samples.value("rides_feed_cut_total"), 1);
});
