import { DEFAULT_LIMITS } from "../../rides/http2/mod.ts";
import { type Attack, sleep } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";

const AT_ONCE = 100;

const PLACES = Math.min(DEFAULT_LIMITS.maxConnections, DEFAULT_LIMITS.maxConnectionsPerAddress);
/** Of those, some the polite client has, and which it is of so many that come at once, nobody knows. */
const UNCERTAIN = 10;

/**
 * Connections that have said SETTINGS and nothing since; a server has to bear as many as it has places
 * for from one address, and to close the others.
 */
export const idleConnections: Attack = {
  name: "idle connections",
  async go({ port, crowd, until }) {
    await using connections = new AsyncDisposableStack();
    const opened: RawConnection[] = [];
    while (opened.length < crowd) {
      const batch = Array.from({ length: Math.min(AT_ONCE, crowd - opened.length) }, async () => {
        const connection = connections.use(await RawConnection.open(port)).read();
        await connection.begin();
        return connection;
      });
      opened.push(...await Promise.all(batch));
    }
    await sleep(Math.max(1_000, until - performance.now()));
    return [
      ...opened.slice(0, PLACES - UNCERTAIN)
        .map(({ isClosed }) => ({ closedAfterMs: undefined, isBorne: !isClosed })),
      ...opened.slice(PLACES)
        .map(({ openedAt, closedAt }) => ({ closedAfterMs: closedAt && closedAt - openedAt })),
    ];
  },
};
