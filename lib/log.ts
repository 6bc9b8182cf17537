/**
 * Structured logs: one JSON object a line. What may be logged: names of events, ids of sessions and
 * instances, counts, durations, names of broadcasts. What may not: offers, answers, candidates,
 * tokens, addresses of people.
 *
 * Levels: `error` a fault somebody should look at; `warn` something was given up but the service
 * goes on; `info` the life of instances and broadcasts; `debug` the life of sessions.
 */

/** How much a line matters; see the module's paragraph. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** How much a line matters. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Values a line may carry. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** Writes one line. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

/** Makes a log that writes JSON lines from `minimum` on, each with the fields given here. */
export function jsonLog(
  minimum: LogLevel,
  fixed: LogFields,
  write: (line: string) => void = writeToStdout,
): Log {
  const lowest = LOG_LEVELS.indexOf(minimum);
  return (level, event, fields) => {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    write(JSON.stringify({ time: new Date().toISOString(), level, event, ...fixed, ...fields }));
  };
}

/** The fields that describe an error without what may be private in it. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  return { error: error.name, message: error.message, stack: error.stack };
}

const encoder = new TextEncoder();

/** Not console.log: `deno serve --parallel` puts the worker's name before what that prints. */
function writeToStdout(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}
