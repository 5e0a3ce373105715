import { type Attack, sleep } from "./definition.ts";
import { RawConnection } from "./raw_connection.ts";

const AT_ONCE = 100;

/** Connections that have said SETTINGS and nothing since; a server has to bear them. */
export const idleConnections: Attack = {
  name: "idle connections",
  async go({ port, crowd, until }) {
    await using connections = new AsyncDisposableStack();
    const opened: RawConnection[] = [];
    while (opened.length < crowd) {
      const batch = Array.from({ length: Math.min(AT_ONCE, crowd - opened.length) }, async () => {
        const connection = connections.use(await RawConnection.open(port));
        await connection.begin();
        return connection;
      });
      opened.push(...await Promise.all(batch));
    }
    await sleep(Math.max(1_000, until - performance.now()));
    return opened.map(({ isClosed }) => ({ closedAfterMs: undefined, isBorne: !isClosed }));
  },
};
