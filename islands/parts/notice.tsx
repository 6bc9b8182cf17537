/** A sentence about what went wrong, and what to do next; read out at once when it appears. */
import type { ComponentChildren } from "preact";

/** What a person is told when something does not work. */
export interface Problem {
  title: string;
  /** What to do next. */
  text: string;
}

/** Shows a problem with its next step. */
export function Notice({ problem, children }: { problem: Problem; children?: ComponentChildren }) {
  return (
    <div class="notice" role="alert">
      <p class="notice-title">{problem.title}</p>
      <p>{problem.text}</p>
      {children}
    </div>
  );
}
