/**
 * The signalling protocol: messages, codec, limits, errors and close codes. Imports zod only.
 * This module is browser compatible.
 */
export * from "./chat_text.ts";
export * from "./close_codes.ts";
export * from "./codec.ts";
export * from "./errors.ts";
export * from "./limits.ts";
export * from "./messages.ts";
export * from "./title.ts";
