/** Whether the attacks are left out: they take minutes, and want the machine for themselves. */
export const ignored = Deno.build.os !== "linux" || Deno.env.get("RIDES_HOSTILE") !== "1";

/** What their titles say of that. */
export const HOW_TO_RUN = "(RIDES_HOSTILE=1 runs it)";
