/**
 * The link that a name will have, as it is shown while the name is typed. Pure.
 * This module is browser compatible.
 */
import { watchPath } from "../parts/links.ts";
import { nameFault } from "./problems.ts";

/** Returns the link without its scheme, as people read it out; null while the name will not do. */
export function linkPreview(origin: string, name: string): string | null {
  const trimmed = name.trim();
  if (nameFault(trimmed) !== null) return null;
  return new URL(watchPath(trimmed), origin).href.replace(/^https?:\/\//, "");
}
