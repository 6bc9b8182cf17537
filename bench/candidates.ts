/**
 * Round trips of candidates across a joined tree: a viewer sends one candidate up, its parent
 * acknowledges, the acknowledgement comes back. The server passes on both.
 */
import type { VirtualPeer } from "../tests/support/virtual_peer.ts";
import { type LoopFigures, runClosedLoop } from "./closed_loop.ts";
import type { MeasuredServer } from "./server_process.ts";

/** A server-reflexive candidate as browsers send it. */
export const CANDIDATE = {
  candidate: "candidate:842163049 1 udp 1677729535 203.0.113.7 58254 typ srflx raddr 192.0.2.10 " +
    "rport 58254 generation 0 ufrag Qm3k network-cost 999",
  sdpMid: "0",
  sdpMLineIndex: 0,
  usernameFragment: "Qm3k",
};

/** Makes `roundTrips` over the edges of the tree in turn, `atOnce` at a time. */
export function runCandidates(
  server: MeasuredServer,
  { viewers, roundTrips, atOnce }: {
    /** Viewers that have a parent. */
    viewers: VirtualPeer[];
    roundTrips: number;
    atOnce: number;
  },
): Promise<LoopFigures> {
  const candidates = [CANDIDATE];
  return runClosedLoop(server, {
    count: roundTrips,
    atOnce,
    task: (index) => {
      const viewer = viewers[index % viewers.length]!;
      return viewer.request({ command: "ICE_CANDIDATES", peer: viewer.parent!, candidates });
    },
  });
}
