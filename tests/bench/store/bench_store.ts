/** `deno task bench:store [--quick | --long]`: the rows of `deno task bench` that are about the store. */
import { table } from "../table.ts";
import { FULL_STORE, LONG_STORE, QUICK_STORE, storeRows } from "./rows.ts";

const amounts = Deno.args.includes("--long")
  ? LONG_STORE
  : Deno.args.includes("--quick")
  ? QUICK_STORE
  : FULL_STORE;
// deno-lint-ignore no-console -- the progress of a task
const rows = await storeRows(amounts, (line) => console.error(line));
// deno-lint-ignore no-console -- its result
console.log(table(rows));
