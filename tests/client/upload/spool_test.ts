import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { formatPositionLine } from "../../../rides/client/position_line.ts";
import { decodeBatch } from "../../../rides/client/upload/batch.ts";
import { SpoolError } from "../../../rides/client/upload/spool_file.ts";
import { isIn, markBehind, NO_SOURCE } from "../../../rides/client/upload/source_mark.ts";
import { Spool } from "../../../rides/client/upload/spool.ts";
import { eventually } from "../../support/eventually.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { checkAsyncProperty } from "../../support/property.ts";
import { POSITION } from "../../support/rides.ts";

/** A spool in a folder of its own, which can be opened again as after the end of a process. */
class Scene implements AsyncDisposable {
  private constructor(readonly folder: TemporaryFolder, public spool: Spool) {}

  static async make(): Promise<Scene> {
    const folder = await TemporaryFolder.make();
    return new Scene(folder, await Spool.open(`${folder.path}/spool`));
  }

  get path(): string {
    return this.spool.path;
  }

  /** Appends positions of these cars, by which they are told apart. */
  append(...cars: number[]): void {
    const positions = cars.map((car) => ({ ...POSITION, carId: BigInt(car) }));
    this.spool.append([{ line: 1, positions }], NO_SOURCE);
  }

  async reopen(): Promise<void> {
    const { path } = this;
    this.spool[Symbol.dispose]();
    // A program that a test beside this one starts has its lock, too, from the fork to the exec.
    this.spool = await eventually(
      "the lock is free",
      () =>
        Spool.open(path).catch((error: Error) => {
          if (/another upload has it/.test(error.message)) return undefined;
          throw error;
        }),
    );
  }

  /** The cars that a new stream sends. */
  async sends(): Promise<number[]> {
    const cars = [];
    const requests = this.spool.requests();
    while (cars.length < this.spool.waiting) {
      const { value } = await requests.next();
      ok(value, "the requests end before all of them are there");
      cars.push(...decodeBatch(value).map(({ carId }) => Number(carId)));
    }
    return cars;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.spool[Symbol.dispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

Deno.test("spool - what was appended is sent again until it is acknowledged, by every process", async () => {
  await using scene = await Scene.make();
  scene.append(1, 2, 3);
  scene.append(4, 5);
  deepEqual(await scene.sends(), [1, 2, 3, 4, 5]);
  deepEqual(await scene.sends(), [1, 2, 3, 4, 5]);
  scene.spool.acknowledge(2);
  deepEqual(await scene.sends(), [3, 4, 5]);
  await scene.reopen();
  deepEqual(await scene.sends(), [3, 4, 5]);
  scene.append(6);
  scene.spool.acknowledge(4);
  deepEqual(await scene.sends(), [5, 6]);
  scene.spool.acknowledge(6);
  await scene.reopen();
  equal(scene.spool.waiting, 0);
});

Deno.test("spool - a frame that a crash has torn, anywhere, is cut off, and only that", async () => {
  await using scene = await Scene.make();
  scene.append(1, 2);
  const whole = scene.spool.bytes;
  scene.append(3, 4);
  const bytes = await Deno.readFile(scene.path);
  equal(bytes.length, scene.spool.bytes);
  for (let length = whole; length < bytes.length; length++) {
    await Deno.writeFile(scene.path, bytes.subarray(0, length));
    await scene.reopen();
    deepEqual(await scene.sends(), [1, 2], `${length} bytes`);
    equal((await Deno.stat(scene.path)).size, whole);
  }
});

Deno.test("spool - bytes that are not what was written are cut off, if nobody was told of them", async () => {
  await using scene = await Scene.make();
  scene.append(1, 2);
  await scene.spool.sync();
  const synced = scene.spool.bytes;
  scene.append(3, 4);
  const bytes = await Deno.readFile(scene.path);
  for (let at = synced; at < bytes.length; at++) {
    const broken = bytes.slice();
    broken[at] = ~(broken[at] ?? 0) & 0xff;
    await Deno.writeFile(scene.path, broken);
    await scene.reopen();
    deepEqual(await scene.sends(), [1, 2], `byte ${at}`);
  }
});

Deno.test("spool - a frame that is damaged, anywhere, is put aside, and the others are sent", async () => {
  await using scene = await Scene.make();
  scene.append(1, 2);
  const start = scene.spool.bytes;
  scene.append(3, 4);
  const end = scene.spool.bytes;
  scene.append(5, 6);
  await scene.spool.sync();
  const bytes = await Deno.readFile(scene.path);
  for (let at = start; at < end; at++) {
    const broken = bytes.slice();
    broken[at] = ~(broken[at] ?? 0) & 0xff;
    await Deno.writeFile(scene.path, broken);
    await scene.reopen();
    ok(scene.spool.damaged > 0);
    const aside = await asideOf(scene);
    equal(aside.length, scene.spool.damaged);
    // What can be read is, and one of the two is as it was; otherwise the very bytes are there.
    if (aside.length === 2) ok(aside.some(({ text }) => [3, 4].map(lineOf).includes(text)));
    else deepEqual([...Buffer.from(aside[0]!.text, "base64")], [...broken.subarray(start, end)]);
    deepEqual([scene.spool.waiting, await scene.sends()], [4, [1, 2, 5, 6]], `byte ${at}`);
    await scene.reopen();
    deepEqual([scene.spool.damaged, await scene.sends()], [0, [1, 2, 5, 6]]);
    scene.spool.acknowledge(6);
    deepEqual([scene.spool.waiting, scene.spool.committedSince(0)], [0, 4]);
  }
});

Deno.test("spool - of a damaged frame at its end, and several in a row, nothing is lost", async () => {
  await using scene = await Scene.make();
  const ends = [];
  for (const car of [1, 2, 3, 4]) {
    scene.append(car);
    ends.push(scene.spool.bytes);
  }
  await scene.spool.sync();
  const bytes = await Deno.readFile(scene.path);
  for (const [damaged, sent] of [[[4], [1, 2, 3]], [[1, 2], [3, 4]], [[2, 3, 4], [1]]] as const) {
    const broken = bytes.slice();
    // The last byte of its longitude.
    for (const car of damaged) broken[ends[car - 1]! - 1]! ^= 1;
    await Deno.writeFile(scene.path, broken);
    await scene.reopen();
    deepEqual(await scene.sends(), sent);
    deepEqual(
      (await asideOf(scene)).map(({ text }) => Number(JSON.parse(text).car_id)),
      damaged,
    );
  }
});

Deno.test("spool - a damaged frame that is stored is nothing that has to be put aside", async () => {
  await using scene = await Scene.make();
  scene.append(1, 2);
  const end = scene.spool.bytes;
  scene.append(3, 4);
  await scene.spool.sync();
  await scene.sends();
  scene.spool.acknowledge(2);
  const bytes = await Deno.readFile(scene.path);
  bytes[end - 1]! ^= 1;
  await Deno.writeFile(scene.path, bytes);
  await scene.reopen();
  deepEqual([scene.spool.damaged, await scene.sends()], [0, [3, 4]]);
});

Deno.test("spool - one of which a part is gone is refused, and left as it is", async () => {
  await using scene = await Scene.make();
  scene.append(1, 2);
  const end = scene.spool.bytes;
  scene.append(3, 4);
  await scene.spool.sync();
  const bytes = await Deno.readFile(scene.path);
  const without = (from: number, to: number) => [...bytes.subarray(0, from), ...bytes.subarray(to)];
  for (
    const [index, gone] of [without(bytes.length - 1, bytes.length), [
      ...without(128, end - 10),
      ...bytes,
    ]].entries()
  ) {
    const path = `${scene.folder.path}/gone-${index}`;
    const left = Uint8Array.from(gone);
    await Deno.writeFile(path, left);
    await rejects(Spool.open(path), (error) => {
      ok(error instanceof SpoolError);
      match(error.message, /what was on the disk at byte \d+ is gone; move it away, and give/);
      return true;
    });
    deepEqual(await Deno.readFile(path), left);
  }
});

function lineOf(car: number): string {
  return formatPositionLine({ ...POSITION, carId: BigInt(car) });
}

/** The lines that the opened spool has put aside, which are removed. */
async function asideOf(scene: Scene): Promise<{ text: string }[]> {
  const { asidePath } = scene.spool;
  const lines = (await Deno.readTextFile(asidePath)).trimEnd().split("\n");
  await Deno.remove(asidePath);
  return lines.map((line) => JSON.parse(line));
}

Deno.test("spool - a damaged head only makes everything be sent again", async () => {
  await using scene = await Scene.make();
  scene.append(1, 2, 3);
  await scene.sends();
  scene.spool.acknowledge(2);
  const bytes = await Deno.readFile(scene.path);
  bytes[40] = ~(bytes[40] ?? 0) & 0xff;
  await Deno.writeFile(scene.path, bytes);
  await scene.reopen();
  deepEqual(await scene.sends(), [1, 2, 3]);
});

Deno.test("spool - is cleared away when all is stored, and sequences go on", async () => {
  await using scene = await Scene.make();
  let last = 0;
  while (scene.spool.bytes < 1024 * 1024) {
    scene.append(...Array.from({ length: 1_000 }, (_, index) => index + 1));
    last += 1_000;
  }
  equal((await scene.sends()).length, last);
  scene.spool.acknowledge(last);
  equal((await Deno.stat(scene.path)).size, 128);
  await scene.reopen();
  scene.append(7);
  const { value } = await scene.spool.requests().next();
  ok(value);
  deepEqual(await scene.sends(), [7]);
  scene.spool.acknowledge(last);
  equal(scene.spool.waiting, 1);
  scene.spool.acknowledge(last + 1);
  equal(scene.spool.waiting, 0);
});

Deno.test("spool - a stream that is left takes nothing from the next", async () => {
  await using scene = await Scene.make();
  const left = scene.spool.requests();
  const never = left.next();
  const next = scene.spool.requests();
  const first = next.next();
  scene.append(1);
  const { value } = await first;
  ok(value);
  deepEqual(decodeBatch(value).map(({ carId }) => carId), [1n]);
  deepEqual(await never, { done: true, value: undefined });
});

/** What can happen to a spool. */
type Step = { kind: "append"; count: number } | { kind: "acknowledge"; part: number } | {
  kind: "reopen" | "send" | "sync";
};

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    kind: fc.constant("acknowledge" as const),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ kind: fc.constantFrom("reopen" as const, "send" as const, "sync" as const) }),
);

Deno.test("spool - whatever happens, what is not acknowledged is sent in its order", async () => {
  await checkAsyncProperty(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await using scene = await Scene.make();
      let [appended, acknowledged, sent] = [0, 0, 0];
      const expected = () =>
        Array.from({ length: appended - acknowledged }, (_, index) => acknowledged + index + 1);
      for (const step of steps) {
        switch (step.kind) {
          case "append":
            scene.append(...Array.from({ length: step.count }, () => ++appended));
            break;
          case "acknowledge":
            // A server acknowledges what it was sent.
            acknowledged = Math.max(acknowledged, Math.floor(sent * step.part));
            scene.spool.acknowledge(acknowledged);
            break;
          case "sync":
            await scene.spool.sync();
            break;
          case "reopen":
            await scene.reopen();
            break;
          case "send":
            deepEqual(await scene.sends(), expected());
            sent = appended;
        }
        equal(scene.spool.waiting, appended - acknowledged);
      }
      await scene.reopen();
      deepEqual(await scene.sends(), expected());
    }),
  );
});

Deno.test("source mark - tells a file by what stands before the mark", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/positions`;
  const block = new TextEncoder().encode("one\ntwo\n");
  const mark = markBehind(NO_SOURCE, block, 2);
  equal(mark.offset, 8);
  await Deno.writeTextFile(path, "one\ntwo\nthree\n");
  equal(await isIn(path, mark), true);
  await Deno.writeTextFile(path, "one\nTWO\nthree\n");
  equal(await isIn(path, mark), false);
  await Deno.writeTextFile(path, "one\n");
  equal(await isIn(path, mark), false);
  equal(await isIn(path, NO_SOURCE), false);
});

Deno.test("source mark - a line that was mended far before the mark makes another file", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/positions`;
  const text = Array.from({ length: 100_000 }, (_, n) => `${n}`.padStart(9, "0")).join("\n") + "\n";
  const bytes = new TextEncoder().encode(text);
  const cuts = [0, 10, 300_000, 900_000];
  const mark = cuts.slice(1).reduce(
    (before, end, i) => markBehind(before, bytes.subarray(cuts[i], end), (end - cuts[i]!) / 10),
    NO_SOURCE,
  );
  deepEqual([mark.offset, mark.lines], [900_000, 90_000]);
  const at = (place: number) => text.slice(0, place) + "x" + text.slice(place + 1);
  for (
    const [place, isSame] of [[5, false], [450_000, false], [899_998, false], [
      900_000,
      true,
    ]] as const
  ) {
    await Deno.writeTextFile(path, at(place));
    equal(await isIn(path, mark), isSame, `byte ${place}`);
  }
});
