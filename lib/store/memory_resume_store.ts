/**
 * Resume records in plain memory, beside MemoryTreeStore.
 */
import type { ResumeRecord, ResumeStore } from "./resume_store.ts";

/** See the module's paragraph. */
export class MemoryResumeStore implements ResumeStore {
  readonly #records = new Map<string, ResumeRecord>();

  remember(tokenHash: string, record: ResumeRecord): Promise<void> {
    this.#records.set(tokenHash, structuredClone(record));
    return Promise.resolve();
  }

  find(tokenHash: string): Promise<ResumeRecord | null> {
    return Promise.resolve(structuredClone(this.#records.get(tokenHash) ?? null));
  }

  of(id: string): Promise<ResumeRecord | null> {
    const record = [...this.#records.values()].find((other) => other.id === id);
    return Promise.resolve(structuredClone(record ?? null));
  }

  async *all(): AsyncIterable<ResumeRecord> {
    for (const record of structuredClone([...this.#records.values()])) yield record;
  }

  forget(id: string): Promise<void> {
    for (const [hash, record] of this.#records) if (record.id === id) this.#records.delete(hash);
    return Promise.resolve();
  }
}
