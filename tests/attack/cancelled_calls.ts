import { DEFAULT_LIMITS } from "../../rides/http2/mod.ts";
import { BODIES } from "../bench/bodies.ts";
import { type Attack, borneBut } from "./definition.ts";
import { RawCalls } from "./raw_calls.ts";

const CALLS = 1_000_000;
const FEWER_CALLS = 20_000;
/** With a connection that cancels more in an interval the server ends it. */
const CALLS_PER_CONNECTION = DEFAULT_LIMITS.maxResetsPerInterval;
const AT_ONCE = 50;

/** Calls that are cancelled as soon as they are made, on ever new connections, each within its limits. */
export const cancelledCalls: Attack = cancelled("a million cancelled calls", false);

/** The same with whole requests: what their handlers have begun, nobody can take back. */
export const cancelledWholeCalls: Attack = cancelled("a million cancelled whole calls", true);

function cancelled(name: string, ends: boolean): Attack {
  return {
    name,
    async go({ port, patient }) {
      const wrong: string[] = [];
      const total = patient ? CALLS : FEWER_CALLS;
      for (let made = 0; made < total && wrong.length === 0; made += CALLS_PER_CONNECTION) {
        await using calls = await RawCalls.open(port);
        for (let i = 0; i < CALLS_PER_CONNECTION; i += AT_ONCE) {
          await Promise.all(Array.from({ length: AT_ONCE }, () => cancelOne(calls, ends)));
        }
        if (calls.connection.isClosed) wrong.push("a connection within its limits was closed");
      }
      return [borneBut(wrong)];
    },
  };
}

async function cancelOne(calls: RawCalls, ends: boolean): Promise<void> {
  const call = await calls.start("/Rides/Start", BODIES.Start(), { ends });
  await call.cancel();
}
