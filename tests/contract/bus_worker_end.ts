/**
 * The test's side of `bus_worker.ts`: ends of a bus that live in isolates of their own.
 */
import type { OpenOptions } from "./bus_answers.ts";
import type { BusGroup } from "./bus_end.ts";
import { type Port, RemoteBusEnd } from "./bus_remote_end.ts";

function workerPort(): Port {
  const worker = new Worker(new URL("./bus_worker.ts", import.meta.url), { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    listen(onReply) {
      worker.onmessage = ({ data }) => onReply(data);
    },
    terminate: () => worker.terminate(),
  };
}

/** A group of ends in workers. */
export interface WorkerBusGroup extends BusGroup {
  end(instance: string): RemoteBusEnd;
  /** Kills an isolate and starts another under the same id. */
  restart(instance: string): Promise<void>;
}

/** How a group is opened. */
export interface GroupOptions extends Omit<OpenOptions, "space"> {
  /** Names the process that an instance seems to be in: only those in the same one are near. */
  processOf?: (instance: string) => string;
}

/** Opens a bus in a worker for each instance. They have not necessarily found each other yet. */
export async function openWorkerGroup(
  instances: string[],
  { processOf = () => "one", ...options }: GroupOptions = {},
): Promise<WorkerBusGroup> {
  const id = crypto.randomUUID();
  const ends = new Map(instances.map((instance) => [instance, new RemoteBusEnd(workerPort())]));
  const open = (instance: string, end: RemoteBusEnd) =>
    end.open(instance, { space: `test-${id}-${processOf(instance)}`, ...options });
  await Promise.all([...ends].map(([instance, end]) => open(instance, end)));
  return {
    end: (instance) => ends.get(instance)!,
    async restart(instance) {
      ends.get(instance)!.terminate();
      const end = new RemoteBusEnd(workerPort());
      ends.set(instance, end);
      await open(instance, end);
    },
    stop() {
      for (const end of ends.values()) end.terminate();
      return Promise.resolve();
    },
  };
}
