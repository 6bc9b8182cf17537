/**
 * Wakes an island: finds the element the server rendered it into and hydrates it with the props the
 * server left there. The counterpart of routes/pages/island.tsx; knows no island by name.
 */
import { type ComponentChild, hydrate } from "preact";

/** Hydrates the island `name` on this page, if it is there, with the props the server gave it. */
export function mount<Props>(name: string, render: (props: Props) => ComponentChild): void {
  const element = document.querySelector<HTMLElement>(`[data-island="${name}"]`);
  if (!element) return;
  hydrate(render(JSON.parse(element.dataset.props ?? "{}")), element);
}
