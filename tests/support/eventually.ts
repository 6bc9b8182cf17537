/** Waiting for what must come true soon, instead of for a fixed time. */
import { assertEquals } from "@std/assert";

/** Two shared cores and real media: what takes longer than this does not work. */
const TIMEOUT_MS = 20_000;

const POLL_MS = 100;

/** Asserts that `actual` becomes `expected` in time; the last difference is in the error. */
export async function assertEventually<T>(
  actual: () => T | Promise<T>,
  expected: T,
  message?: string,
): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return assertEquals(await actual(), expected, message);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
