/** The thread of a store: opens the file and serves requests, one after another. */
/// <reference lib="deno.worker" />
import type { DatabaseSync } from "node:sqlite";
import { StorageError, toSentError } from "./errors.ts";
import type { Opened, OpenRequest, Operation, Request, Response } from "./requests.ts";
import { checkRoom } from "./room.ts";
import { FileIdentity } from "./sqlite/file_identity.ts";
import { MEMORY, openToRead, openToWrite } from "./sqlite/database.ts";
import { Reader } from "./sqlite/reader.ts";
import { StoreTable } from "./sqlite/store_table.ts";
import { Writer } from "./sqlite/writer.ts";

/** What is open. */
interface Open {
  readonly file: string;
  readonly database: DatabaseSync;
  readonly reader: Reader;
  /** None where the file is only read. */
  readonly writer: Writer | undefined;
}

let open: Open | undefined;

/** The file that was open last. */
let lastFile: FileIdentity | undefined;

/** What the file was last needed for, and could not be used. */
let failed: Request | undefined;

/** The operations that are about the file itself. */
const LIFE: readonly Operation[] = ["open", "look", "probe", "close"];

self.onmessage = ({ data }: MessageEvent<Request>) => {
  const { id } = data;
  try {
    const value = answer(data);
    reply({ id, kind: "done", value }, buffersOf(value));
  } catch (error) {
    const sent = toSentError(error);
    if (sent.kind === "problem" && !LIFE.includes(data.operation)) failed = data;
    reply({ id, kind: "failed", error: sent }, []);
  }
  // After the answer, so that its caller does not wait for this.
  open?.writer?.checkpoint();
};

function reply(response: Response, transferred: ArrayBuffer[]): void {
  self.postMessage(response, transferred);
}

function answer(request: Request): unknown {
  switch (request.operation) {
    case "open":
      return openFile(request.takes);
    case "close":
      return close();
    case "look":
      return look();
    case "probe":
      return probe();
    case "write":
      return writer().write(request.takes);
    case "prune":
      return writer().prune(request.takes);
    case "getRide":
      return opened().reader.rides.get(request.takes);
    case "listRides": {
      const { filter, limit, after } = request.takes;
      return opened().reader.rides.list(filter, limit, after);
    }
    case "listFixes": {
      const { carId, fromMs, toMs, limit } = request.takes;
      return opened().reader.positions.list(carId, fromMs, toMs, limit).transferred;
    }
    case "latestFixes": {
      const { carId, limit } = request.takes;
      return opened().reader.positions.latestOfCars(carId, limit).transferred;
    }
    case "journal":
      return opened().reader.journal(request.takes.after);
    case "stats":
      return opened().reader.stats();
  }
}

/** Opens the file, or opens it again. */
function openFile(request: OpenRequest): Opened {
  const { file, readOnly, create } = request;
  // What is in memory would be gone.
  if (open && file === MEMORY) return identity(open.database);
  close();
  if (!readOnly) lastFile?.matchLog();
  const database = readOnly ? openToRead(file) : openToWrite(file, create);
  try {
    const found = identity(database);
    if (request.id !== undefined && found.id !== request.id) {
      throw new StorageError(
        `Cannot use ${file}: another store is in its place; put the one back that was there, or ` +
          "start again to use this one",
      );
    }
    const named = new FileIdentity(file);
    const writer = readOnly ? undefined : new Writer(database, request, named);
    lastFile = named;
    open = { file, database, reader: new Reader(database, file), writer };
    return found;
  } catch (error) {
    database.close();
    throw error;
  }
}

function look(): null {
  opened();
  lastFile?.check();
  return null;
}

/**
 * Writes something, and does again what failed, but takes a group back: its callers were told that it failed. A
 * store that is said to serve and fails at the next group would be of no use.
 */
function probe(): null {
  const { file, writer } = opened();
  writer?.probe();
  try {
    if (failed?.operation === "write") writer?.rehearse(failed.takes);
    else if (failed) answer(failed);
  } catch (error) {
    if (toSentError(error).kind === "problem") throw error;
  }
  if (writer && file !== MEMORY) checkRoom(file);
  failed = undefined;
  return null;
}

function identity(database: DatabaseSync): Opened {
  const { id, lastSequence } = new StoreTable(database).read();
  return { id, lastSequence };
}

function close(): null {
  const { database } = open ?? {};
  open = undefined;
  database?.close();
  return null;
}

function opened(): Open {
  if (!open) throw new StorageError("The file is not open");
  return open;
}

function writer(): Writer {
  const { writer } = opened();
  if (!writer) throw new TypeError("A file that was opened to be read is not written");
  return writer;
}

/** The buffers in an answer that go over without being copied. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== "object" || value === null) return [];
  if ("buffer" in value && value.buffer instanceof ArrayBuffer) return [value.buffer];
  return "fixes" in value ? buffersOf(value.fixes) : [];
}
