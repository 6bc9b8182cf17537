/**
 * The test's side of `bus_worker.ts`: ends of a bus that live in isolates of their own.
 */
import type { BusEnd, BusGroup, Command, Report } from "./bus_end.ts";
import type { OpenOptions, Request } from "./bus_worker.ts";

/** One end of a bus in a worker. */
export class WorkerBusEnd implements BusEnd {
  #worker = new Worker(new URL("./bus_worker.ts", import.meta.url), { type: "module" });
  #waiting = new Map<number, (reply: unknown) => void>();
  #lastId = 0;

  constructor() {
    this.#worker.onmessage = ({ data: { id, reply } }) => {
      this.#waiting.get(id)?.(reply);
      this.#waiting.delete(id);
    };
  }

  open(instance: string, options: OpenOptions): Promise<unknown> {
    return this.#ask({ ask: "open", instance, options });
  }

  run(...commands: Command[]): Promise<(string | null)[]> {
    return this.#ask({ ask: "run", commands });
  }

  report(): Promise<Report> {
    return this.#ask({ ask: "report" });
  }

  near(): Promise<string[]> {
    return this.#ask({ ask: "near" });
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #ask<Reply>(request: Request): Promise<Reply> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve as (reply: unknown) => void);
      this.#worker.postMessage({ id, request });
    });
  }
}

/** A group of ends in workers. */
export interface WorkerBusGroup extends BusGroup {
  end(instance: string): WorkerBusEnd;
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
  const ends = new Map(instances.map((instance) => [instance, new WorkerBusEnd()]));
  const open = (instance: string, end: WorkerBusEnd) =>
    end.open(instance, { space: `test-${id}-${processOf(instance)}`, ...options });
  await Promise.all([...ends].map(([instance, end]) => open(instance, end)));
  return {
    end: (instance) => ends.get(instance)!,
    async restart(instance) {
      ends.get(instance)!.terminate();
      const end = new WorkerBusEnd();
      ends.set(instance, end);
      await open(instance, end);
    },
    stop() {
      for (const end of ends.values()) end.terminate();
      return Promise.resolve();
    },
  };
}
