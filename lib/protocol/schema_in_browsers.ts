/**
 * Stands in for `zod/mini` in what browsers load (tasks/build.ts): zod is a third of the SDK, and what
 * the service sends needs only a few of its readers. The names, and what they take and leave out, are
 * zod's, so that messages.ts is written once; tests/unit/protocol_schema_test.ts holds both against
 * the same messages. Bundling fails when messages.ts uses something that is not here.
 * This module is browser compatible.
 */

/** What a reader returns for a value that is not of its kind. */
const BAD = Symbol();

type Read = (value: unknown) => unknown;
type Check = (value: never) => boolean;

/** The part of zod's schema that the protocol uses. */
interface Schema {
  read: Read;
  /** May be missing from an object. */
  isOptional: boolean;
  check(...checks: Check[]): Schema;
  safeParse(value: unknown): { success: boolean; data?: unknown };
}

/* @__NO_SIDE_EFFECTS__ */
function schema(read: Read, isOptional = false): Schema {
  return {
    read,
    isOptional,
    check: (...checks) =>
      schema((value) => {
        const result = read(value);
        return result !== BAD && checks.every((check) => check(result as never)) ? result : BAD;
      }, isOptional),
    safeParse(value) {
      const data = read(value);
      return data === BAD ? { success: false } : { success: true, data };
    },
  };
}

/** Lets a value through as it is, or not at all. */
/* @__NO_SIDE_EFFECTS__ */
function only(test: (value: unknown) => boolean): Schema {
  return schema((value) => test(value) ? value : BAD);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const string = () => only((value) => typeof value === "string");
export const boolean = () => only((value) => typeof value === "boolean");
export const number = () => only(Number.isFinite);
export const int = () => only(Number.isSafeInteger);
export const unknown = () => schema((value) => value, true);
export const literal = (expected: unknown) => only((value) => value === expected);
export const custom = (test: (value: unknown) => boolean) => only(test);

const oneOf = (values: readonly unknown[]) => only((value) => values.includes(value));
export { oneOf as enum };

export const optional = (inner: Schema) =>
  schema((value) => value === undefined ? value : inner.read(value), true);

export const nullable = (inner: Schema) =>
  schema((value) => value === null ? value : inner.read(value), inner.isOptional);

const caught = (inner: Schema, instead: unknown) =>
  schema((value) => {
    const read = inner.read(value);
    return read === BAD ? instead : read;
  }, true);
export { caught as catch };

export const array = (inner: Schema) =>
  schema((value) => {
    if (!Array.isArray(value)) return BAD;
    const read = value.map(inner.read);
    return read.includes(BAD) ? BAD : read;
  });

/** Reads the fields that it knows, and leaves out all others. */
export const object = (shape: Record<string, Schema>) =>
  schema((value) => {
    if (!isObject(value)) return BAD;
    const result: Record<string, unknown> = {};
    // Looked up at each reading, for a shape may have itself within.
    for (const [key, { read, isOptional }] of Object.entries(shape)) {
      if (!Object.hasOwn(value, key)) {
        if (isOptional) continue;
        return BAD;
      }
      const field = result[key] = read(value[key]);
      if (field === BAD) return BAD;
    }
    return result;
  });

/** Reads what one of the options can: none of ours overlap, for each has a command of its own. */
export const discriminatedUnion = (_field: string, options: Schema[]) =>
  schema((value) => {
    for (const { read } of options) {
      const result = read(value);
      if (result !== BAD) return result;
    }
    return BAD;
  });

export const refine = (test: Check): Check => test;
export const minLength = (least: number) => (value: { length: number }) => value.length >= least;
export const maxLength = (most: number) => (value: { length: number }) => value.length <= most;
export const minimum = (least: number) => (value: number) => value >= least;
export const maximum = (most: number) => (value: number) => value <= most;
