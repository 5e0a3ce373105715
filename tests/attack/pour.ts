import { Buffer } from "node:buffer";
import type { LimitName } from "../../rides/http2/mod.ts";
import { CLOSING_MS, type Ending, sleep, within } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";

/** Much of one thing on one connection. */
export interface Flood {
  readonly name: string;
  readonly limit: LimitName;
  /** How many pass the limit. */
  readonly tooMany: number;
  /** How many there are. */
  readonly total: number;
  /** Whether the attacker reads what it is answered. Default true. */
  readonly reads?: boolean;
  /** What comes before all. */
  readonly prelude?: Buffer;
  /** One of them, counted from 0. */
  readonly make: (index: number) => Buffer;
}

/** What is sent at once; small enough that the moment of passing a limit is known. */
const BATCH_BYTES = 4_096;

/** Writes that fit a socket's buffer are done at once, and nothing would be read between them. */
const BATCHES_BETWEEN_READS = 8;

/** Sends a flood until the server closes, or takes no more, or has taken all. */
export async function pour(port: number, flood: Flood): Promise<Ending> {
  const { tooMany, total, reads = true, prelude, make } = flood;
  await using connection = await RawConnection.open(port).then((opened) => opened.begin());
  if (reads) connection.read();
  if (prelude) await connection.send(prelude);

  let passedAt: number | undefined;
  let batches = 0;
  for (let index = 0; index < total && !connection.isClosed;) {
    const batch: Buffer[] = [];
    for (let bytes = 0; bytes < BATCH_BYTES && index < total; index++) {
      const one = make(index);
      bytes += one.length;
      batch.push(one);
    }
    const sending = connection.send(Buffer.concat(batch));
    if (index >= tooMany) passedAt ??= performance.now();
    if (!await within(CLOSING_MS, sending)) break;
    if (++batches % BATCHES_BETWEEN_READS === 0) await sleep(0);
  }
  if (!connection.isClosed && reads) await within(CLOSING_MS, connection.ended);
  return { closedAfterMs: sinceLimit(connection, passedAt), goawayCode: connection.goawayCode };
}

function sinceLimit({ closedAt }: RawConnection, passedAt: number | undefined): number | undefined {
  return closedAt === undefined || passedAt === undefined
    ? undefined
    : Math.max(0, closedAt - passedAt);
}
