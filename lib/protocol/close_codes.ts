/**
 * WebSocket close codes the service uses (RFC 6455 section 7.4.1 and its registry).
 * This module is browser compatible.
 */

/** A frame was larger than MAX_FRAME_BYTES. */
export const CLOSE_TOO_BIG = 1009;

/** The service restarts; come back at once. */
export const CLOSE_SERVICE_RESTART = 1012;

/** The client did not read what was sent to it (1008: policy violation). */
export const CLOSE_NOT_READING = 1008;

/** The session goes on over another socket (from the range for private use). */
export const CLOSE_RESUMED_ELSEWHERE = 4001;
