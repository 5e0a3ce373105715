import { spinOn } from "../support/spinner.ts";
import { LOAD_CORE, SERVER_CORE } from "./h2load.ts";

/**
 * Keeps the cores from sleeping until it is disposed of. With one call in flight each side sleeps while the
 * other works, and how long a virtual core takes to wake is up to its host: from next to nothing to more
 * than the call, for minutes at a time. It says nothing of the servers, and hides the difference between them.
 */
export function keepAwake(): Disposable {
  const spinners = new DisposableStack();
  for (const core of [SERVER_CORE, LOAD_CORE]) spinners.use(spinOn(core, true));
  return spinners;
}
