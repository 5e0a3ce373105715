import type { DatabaseSync } from "node:sqlite";
import { StorageError } from "../errors.ts";
import { Statement } from "./statement.ts";

/** "ride", in ASCII: what `PRAGMA application_id` of our files says, and `file` shows. */
const APPLICATION_ID = 0x72696465;

/**
 * What turns each version of the schema into the next, the first starting from nothing. Never change a
 * released one; add another.
 */
const MIGRATIONS: readonly string[] = [
  `
  -- One row: who this store is, and what would be slow to count.
  CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    last_sequence INTEGER NOT NULL,
    cars INTEGER NOT NULL,
    positions INTEGER NOT NULL
  ) STRICT;
  INSERT INTO store VALUES (1, lower(hex(randomblob(16))), 0, 0, 0);

  -- Fixes, clustered: those of a car stand together, by their time. What is not known is NULL, which
  -- takes no room.
  CREATE TABLE positions (
    car INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    lat_e7 INTEGER NOT NULL,
    lng_e7 INTEGER NOT NULL,
    received_after_ms INTEGER NOT NULL,
    speed_cmps INTEGER,
    heading_cdeg INTEGER,
    accuracy_cm INTEGER,
    flags INTEGER NOT NULL,
    PRIMARY KEY (car, time_ms)
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE rides (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL,
    type TEXT NOT NULL,
    car INTEGER,
    driver TEXT,
    passengers TEXT NOT NULL,
    pickup TEXT,
    dropoff TEXT,
    create_ms INTEGER NOT NULL,
    start_ms INTEGER,
    end_ms INTEGER,
    distance_um INTEGER NOT NULL,
    position_count INTEGER NOT NULL,
    request_id TEXT UNIQUE,
    request TEXT
  ) STRICT;
  CREATE INDEX rides_by_time ON rides (create_ms, id);
  CREATE INDEX rides_by_state ON rides (state, create_ms, id);
  CREATE INDEX rides_by_car ON rides (car, create_ms, id) WHERE car IS NOT NULL;
  CREATE INDEX rides_by_driver ON rides (driver, create_ms, id) WHERE driver IS NOT NULL;
  -- Which rides hold a position: those under way have no end.
  CREATE INDEX driven_rides ON rides (car, end_ms) WHERE start_ms IS NOT NULL;
  CREATE INDEX ended_rides ON rides (end_ms) WHERE end_ms IS NOT NULL;

  CREATE TABLE persons (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  -- The last commits, for whoever resumes a watch.
  CREATE TABLE journal (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
  `,
];

/** The version of the schema that this program knows. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a file to the present schema, each step in a transaction of its own.
 *
 * @param migrations default: those of this program
 * @throws {StorageError} if it is not ours, or of a later version of this program
 */
export function migrate(
  database: DatabaseSync,
  file: string,
  migrations: readonly string[] = MIGRATIONS,
): void {
  const known = migrations.length;
  for (let version = checkVersion(database, file, known); version < known; version++) {
    database.exec(`BEGIN IMMEDIATE;
      ${migrations[version]};
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${version + 1};
      COMMIT;`);
  }
}

/**
 * The version of the schema that a file has; 0 for a new one.
 *
 * @param known the last one that is known; default that of this program
 * @throws {StorageError} if it is not ours, or of a later version of this program
 */
export function checkVersion(
  database: DatabaseSync,
  file: string,
  known = SCHEMA_VERSION,
): number {
  const read = (sql: string) => Number(new Statement(database, sql).get()?.[0]);
  const version = read("PRAGMA user_version");
  const application = read("PRAGMA application_id");
  if (application !== APPLICATION_ID) {
    const isNew = application === 0 && version === 0 &&
      read("SELECT count(*) FROM sqlite_schema") === 0;
    if (isNew) return 0;
    throw new StorageError(
      `Cannot use ${file}: it is an SQLite database of another program; give rides a file of its own`,
    );
  }
  if (version > known) {
    throw new StorageError(
      `Cannot use ${file}: a later version of rides wrote it (schema ${version}, and this program ` +
        `knows ${known}); run that version, or give another file`,
    );
  }
  return version;
}
