/**
 * The place of an island in a page: what the server rendered, and the props from which the browser
 * wakes it (islands/parts/mount.ts). Props are an attribute and never a script, so no name in them
 * can become markup or code.
 */
import type { VNode } from "preact";

/** Wraps a rendered island with what its bundle needs to wake it. */
export function Island<Props extends object>({ name, props, children }: {
  name: string;
  props: Props;
  children: VNode;
}) {
  return <div data-island={name} data-props={JSON.stringify(props)}>{children}</div>;
}
