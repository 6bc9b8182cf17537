/**
 * What Linux counts about a process: the CPU time of all its threads and the memory it holds.
 * Knows nothing of what the process does.
 */

/** The kernel reports CPU time to programs in ticks of 1/100 s (USER_HZ) on every architecture. */
const TICK_US = 10_000;

/** How often a process is looked at while it settles, in ms. */
const SAMPLE_EVERY_MS = 50;

/** CPU time a process has used so far, in microseconds: all threads, user and system. In steps of 10 ms. */
export function cpuTimeUs(pid: number | "self"): number {
  const [, , , , , , , , , , , utime, stime] = statFields(pid);
  return (Number(utime) + Number(stime)) * TICK_US;
}

/** CPU time that everything on this machine has used so far, in microseconds, on all cores. */
export function machineCpuTimeUs(): number {
  const [, ...ticks] = Deno.readTextFileSync("/proc/stat").split("\n")[0]!.split(/\s+/);
  // Not the fourth and fifth, which are idle, and none after the eighth, which are counted before.
  const [user, nice, system, , , irq, softirq, steal] = ticks.map(Number);
  return (user! + nice! + system! + irq! + softirq! + steal!) * TICK_US;
}

/** Memory a process holds in RAM (RSS), in bytes. */
export function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/**
 * Finds the process that listens on a TCP port: `root` or, where a task runner starts the server,
 * one of its descendants.
 *
 * @throws {Error} when none of them does
 */
export function pidListeningOn(port: number, root: number): number {
  const sockets = listeningSockets(port);
  // The youngest: a parent can have the same socket open.
  const pid = descendants(root).findLast((pid) => openFiles(pid).some((file) => sockets.has(file)));
  if (pid === undefined) throw new Error(`No child process listens on port ${port}`);
  return pid;
}

/** Resolves when a process has been idle (one tick at most) for 200 ms, or after `limitMs`. */
export async function untilIdle(pid: number, limitMs = 15_000): Promise<void> {
  await untilSteady(() => cpuTimeUs(pid), { samples: 5, tolerance: TICK_US, limitMs });
}

/** Resolves with the memory of a process once it has changed less than 0.5 % in `quietMs`, in bytes. */
export async function settledResidentBytes(
  pid: number,
  { quietMs, limitMs = 15_000 }: { quietMs: number; limitMs?: number },
): Promise<number> {
  const tolerance = residentBytes(pid) * 0.005;
  const samples = 1 + Math.ceil(quietMs / SAMPLE_EVERY_MS);
  return await untilSteady(() => residentBytes(pid), { samples, tolerance, limitMs });
}

async function untilSteady(
  read: () => number,
  { samples, tolerance, limitMs }: { samples: number; tolerance: number; limitMs: number },
): Promise<number> {
  const last: number[] = [];
  for (const end = performance.now() + limitMs; performance.now() < end;) {
    last.push(read());
    if (last.length > samples) last.shift();
    if (last.length === samples && Math.max(...last) - Math.min(...last) <= tolerance) break;
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
  }
  return read();
}

/** The fields of /proc/PID/stat from the third on; the second, a name in brackets, may hold spaces. */
function statFields(pid: number | "self"): string[] {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** A process and all below it, parents first. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(statFields(Number(name))[1]);
      children.set(parent, [...children.get(parent) ?? [], Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const found = [root];
  for (const pid of found) found.push(...children.get(pid) ?? []);
  return found;
}

/** What /proc/PID/fd shows for the listening sockets of a port. */
function listeningSockets(port: number): Set<string> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => {
    try {
      return Deno.readTextFileSync(path).split("\n");
    } catch {
      return []; // No IPv6 here.
    }
  });
  const isListening = "0A";
  return new Set(
    rows.map((row) => row.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(`:${hexPort}`) && state === isListening)
      .map((fields) => `socket:[${fields[9]}]`),
  );
}

function openFiles(pid: number): string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}
