/** FETCH_CONFIG: what a client needs for its RTCPeerConnection. */
import type { Handler } from "./handler.ts";

/** Answers with the ICE servers (CONFIG-1). */
export const fetchConfig: Handler<"FETCH_CONFIG"> = ({ config }, session) => {
  session.send({ command: "FETCH_CONFIG_RECEIVED", iceServers: config.iceServers });
};
