/**
 * The bare name `@std/assert` maps here (see deno.json): the functions of that package that our
 * tests use, on top of `node:assert`, because `@std/assert` itself is published on JSR only.
 * One line in deno.json swaps this file for the real package. (Node's messages may be left out as
 * well, but its types have another overload for that.)
 */
import assertNode from "node:assert/strict";

/** Thrown when an assertion does not hold. */
export const AssertionError = assertNode.AssertionError;

/** Asserts that `value` is truthy. */
export function assert(value: unknown, message?: string): asserts value {
  assertNode.ok(value, message!);
}

/** Asserts that two values are equal, structurally and strictly. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertNode.deepStrictEqual(actual, expected, message!);
}

/** Asserts that two values are not equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertNode.notDeepStrictEqual(actual, expected, message!);
}

/** Asserts that two values are the same by `Object.is`. */
export function assertStrictEquals<T>(actual: T, expected: T, message?: string): void {
  assertNode.strictEqual(actual, expected, message!);
}

/** Asserts that `value` is neither null nor undefined. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T> {
  assertNode.ok(value !== null && value !== undefined, message ?? "Expected a value, got nothing");
}

/** Asserts that `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  assertNode.ok(
    actual.includes(expected),
    message ?? `Expected ${JSON.stringify(actual)} to include ${JSON.stringify(expected)}`,
  );
}

/** Asserts that `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  assertNode.match(actual, expected, message!);
}

/** Asserts that `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  assertNode.ok(actual >= expected, message ?? `Expected ${actual} >= ${expected}`);
}

/** Asserts that `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  assertNode.ok(actual <= expected, message ?? `Expected ${actual} <= ${expected}`);
}

/** Asserts that `fn` throws, and returns what it threw. */
export function assertThrows(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any -- any constructor of an error is welcome here
  errorClass: abstract new (...args: any[]) => Error = Error,
  messageIncludes = "",
): Error {
  try {
    fn();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  throw new AssertionError({ message: "Expected function to throw" });
}

/** Asserts that the promise of `fn` rejects, and resolves with what it rejected with. */
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any -- any constructor of an error is welcome here
  errorClass: abstract new (...args: any[]) => Error = Error,
  messageIncludes = "",
): Promise<Error> {
  try {
    await fn();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  throw new AssertionError({ message: "Expected promise to reject" });
}

/** Fails unconditionally. */
export function fail(message = "Failed"): never {
  throw new AssertionError({ message });
}

function checkError(
  error: unknown,
  // deno-lint-ignore no-explicit-any -- any constructor of an error is welcome here
  errorClass: abstract new (...args: any[]) => Error,
  messageIncludes: string,
): Error {
  assertNode.ok(error instanceof errorClass, `Expected ${errorClass.name}, got ${error}`);
  assertStringIncludes(error.message, messageIncludes);
  return error;
}
