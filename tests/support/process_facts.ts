/** What Linux tells of a process, read from /proc. */

/** The memory of the process that is in RAM. */
export function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** How many descriptors the process has open: files, sockets, pipes. */
export function openDescriptors(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** The processor time that the process has used, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * How long the calling thread ran, and was ready to run and had no core, since it began. The former is
 * brought up to date with each tick of the kernel, which are mostly 4 ms apart: the longest of many pieces of
 * work looks longer than it was by up to that.
 */
export function threadTimes(): { readonly ranMs: number; readonly waitedMs: number } {
  const [ranNs, waitedNs] = Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ");
  return { ranMs: Number(ranNs) / 1e6, waitedMs: Number(waitedNs) / 1e6 };
}

/** USER_HZ, which is 100 on every platform that Deno runs on. */
const TICKS_PER_SECOND = 100;
