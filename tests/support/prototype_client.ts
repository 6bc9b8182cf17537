/**
 * A page with a client as the prototype's was, down to its habits: the API of its day (addStream,
 * createOffer with offerToReceive..., onaddstream), candidates kept back until the service has
 * answered, acknowledgements for those of children only, and no `name` when unsubscribing, no HELLO,
 * no deadlines. Written anew after its behaviour.
 */

/** The page: `start(name)` and `watch(name)` are global, and what happened last is its title. */
export const PROTOTYPE_PAGE = `<!doctype html>
<meta charset="utf-8">
<video autoplay muted></video>
<script>
const url = new URLSearchParams(location.search).get("service");
const socket = new WebSocket(url);
const waiting = {};
const children = {};
let config, parent, parentId, stream, peerName;

function send(message) {
  socket.send(JSON.stringify(message));
}
function request(message) {
  return new Promise((resolve) => {
    waiting[message.command + "_RECEIVED"] = resolve;
    send(message);
  });
}
function connect() {
  const connection = new RTCPeerConnection({ iceServers: config.iceServers });
  const link = { connection, remote: [], local: [], onCandidates: null };
  connection.onicecandidate = ({ candidate }) => {
    if (!candidate) return;
    if (link.local) link.local.push(candidate);
    else link.onCandidates([candidate]);
  };
  return link;
}
function take(link, candidates) {
  if (link.remote) link.remote.push(...candidates);
  else for (const one of candidates) link.connection.addIceCandidate(new RTCIceCandidate(one));
}
function described(link) {
  const held = link.remote;
  link.remote = null;
  take(link, held);
}
function release(link, peer) {
  link.onCandidates = (candidates) => send({ command: "ICE_CANDIDATES", peer, candidates });
  // Even when there are none yet.
  link.onCandidates(link.local);
  link.local = null;
}
function setStream(next) {
  for (const child of Object.values(children)) {
    if (stream) child.connection.removeStream(stream);
    if (next) child.connection.addStream(next);
  }
  stream = next;
  document.querySelector("video").srcObject = next;
}

const handlers = {
  async RELAY_BROADCAST({ peer, offer }) {
    const child = children[peer] = connect();
    child.connection.addStream(stream);
    await child.connection.setRemoteDescription(new RTCSessionDescription(offer));
    const answer = await child.connection.createAnswer();
    child.connection.setLocalDescription(answer);
    described(child);
    send({ command: "RELAY_BROADCAST_RECEIVED", peer, answer });
    release(child, peer);
  },
  ICE_CANDIDATES({ peer, candidates }) {
    if (peer === parentId) return take(parent, candidates);
    if (!children[peer]) return;
    take(children[peer], candidates);
    send({ command: "ICE_CANDIDATES_RECEIVED", peer });
  },
  RECONNECT_TO_BROADCAST({ name }) {
    document.title = "reconnecting";
    watch(name, peerName);
  },
  BROADCAST_ENDED() {
    for (const [peer, child] of Object.entries(children)) {
      child.connection.close();
      delete children[peer];
    }
    setStream(null);
    document.title = "ended";
  },
};
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  const answered = waiting[message.command];
  delete waiting[message.command];
  if (answered) answered(message);
  else handlers[message.command]?.(message);
};
const opened = new Promise((resolve) => socket.onopen = resolve);

async function start(name, as) {
  await opened;
  setStream(await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: 640, height: 360 },
  }));
  config = await request({ command: "FETCH_CONFIG" });
  await request({ command: "START_BROADCAST", name, peerName: as });
  document.title = "live";
}
async function watch(name, as) {
  await opened;
  if (parent) {
    parent.connection.close();
    setStream(null);
  }
  config = await request({ command: "FETCH_CONFIG" });
  const link = parent = connect();
  const offer = await link.connection.createOffer({
    offerToReceiveVideo: true,
    offerToReceiveAudio: true,
  });
  await link.connection.setLocalDescription(offer);
  const answered = await request({ command: "JOIN_BROADCAST", name, peerName: as, offer });
  peerName = as;
  parentId = answered.peer;
  release(link, parentId);
  link.connection.onaddstream = (event) => setStream(event.stream);
  await link.connection.setRemoteDescription(new RTCSessionDescription(answered.answer));
  described(link);
  document.title = "watching";
}
</script>`;
