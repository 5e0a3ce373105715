import { deepEqual, equal, match } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { LogSink } from "../../rides/server/log_sink.ts";
import { eventually } from "../support/eventually.ts";

/** A file of which the test says how each write ends. */
class TestFile {
  readonly written: string[] = [];
  failure: Error | undefined;

  // deno-lint-ignore require-await -- as a file does
  async write(bytes: Uint8Array): Promise<number> {
    if (this.failure) throw this.failure;
    this.written.push(new TextDecoder().decode(bytes));
    return bytes.length;
  }
}

Deno.test("LogSink - writes the lines of several turns at once", async () => {
  const file = new TestFile();
  const sink = new LogSink(file);
  sink.write("one\n");
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  sink.write("two\n");
  await sink.flush(1_000);
  deepEqual(file.written, ["one\ntwo\n"]);
});

Deno.test("LogSink - writes a line that no other follows", async () => {
  const file = new TestFile();
  await using sink = new LogSink(file);
  sink.write("one\n");
  await eventually("the line is written", () => file.written.length > 0);
  deepEqual(file.written, ["one\n"]);
});

Deno.test("LogSink - writes what is left when it is disposed of", async () => {
  const file = new TestFile();
  {
    await using sink = new LogSink(file);
    sink.write("one\n");
  }
  deepEqual(file.written, ["one\n"]);
});

Deno.test("LogSink - goes on after a full disk, and says how many lines it cost", async () => {
  const file = new TestFile();
  const sink = new LogSink(file);
  file.failure = new Error("No space left on device");
  sink.write("one\n");
  sink.write("two\n");
  await sink.flush(1_000);
  file.failure = undefined;
  sink.write("three\n");
  await sink.flush(1_000);
  equal(file.written[0], "three\n");
  match(file.written[1] ?? "", /warn {2}lines of the log were lost count=2\n$/);
});

Deno.test("LogSink - writes nothing more to a reader that has gone", async () => {
  const file = new TestFile();
  const sink = new LogSink(file);
  file.failure = new Deno.errors.BrokenPipe("Broken pipe");
  sink.write("one\n");
  await sink.flush(1_000);
  file.failure = undefined;
  sink.write("two\n");
  await sink.flush(1_000);
  equal(file.written.length, 0);
});

Deno.test("LogSink - holds a mebibyte at most for a reader that stalls", async () => {
  const gate = Promise.withResolvers<void>();
  const written: string[] = [];
  const sink = new LogSink({
    async write(bytes) {
      await gate.promise;
      written.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  });
  const line = `${"x".repeat(1_023)}\n`;
  for (let i = 0; i < 2_000; i++) sink.write(line);
  gate.resolve();
  await sink.flush(1_000);
  equal(written.join("").split("\n").length - 1, 1_024 + 1);
  match(written.at(-1) ?? "", /warn {2}lines of the log were lost count=976\n$/);
});
