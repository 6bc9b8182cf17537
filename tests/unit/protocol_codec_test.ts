import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  BadMessageError,
  CLIENT_MESSAGES,
  type ClientCommand,
  type ClientMessage,
  type ClientMessageOf,
  decodeClientMessage,
  decodeServerMessage,
  encode,
  type ErrorCode,
  MAX_CANDIDATES,
  MAX_NAME_LENGTH,
  MAX_PEER_NAME_LENGTH,
  MAX_TITLE_LENGTH,
  type ServerCommand,
  serverMessage,
  type ServerMessageOf,
} from "../../lib/protocol/mod.ts";
import { bundleModule } from "../support/bundled_module.ts";

const SDP = { type: "offer", sdp: "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n" };
const CANDIDATE = { candidate: "candidate:1 1 udp 1 10.0.0.1 9 typ host", sdpMid: "0" };

/** One message of each client command, with every field it may have. */
const CLIENT_EXAMPLES: { [C in ClientCommand]: ClientMessageOf<C> } = {
  HELLO: { command: "HELLO", version: 1, resume: "token" },
  HEARTBEAT: { command: "HEARTBEAT" },
  FETCH_CONFIG: { command: "FETCH_CONFIG" },
  START_BROADCAST: {
    command: "START_BROADCAST",
    name: "x",
    peerName: "Ann",
    title: "The X",
    visibility: "unlisted",
  },
  UPDATE_STILL: { command: "UPDATE_STILL", name: "x", picture: "UklGRg==" },
  END_BROADCAST: { command: "END_BROADCAST", name: "x" },
  JOIN_BROADCAST: { command: "JOIN_BROADCAST", name: "x", offer: SDP, peerName: "Bob" },
  LEAVE_BROADCAST: { command: "LEAVE_BROADCAST", name: "x" },
  SET_RELAY: { command: "SET_RELAY", relay: "none" },
  RELAY_BROADCAST_RECEIVED: { command: "RELAY_BROADCAST_RECEIVED", peer: "p", answer: SDP },
  ICE_CANDIDATES: { command: "ICE_CANDIDATES", peer: "p", candidates: [CANDIDATE, null, "end"] },
  ICE_CANDIDATES_RECEIVED: { command: "ICE_CANDIDATES_RECEIVED", peer: "p" },
  SUBSCRIBE_TO_TREE_STATE: { command: "SUBSCRIBE_TO_TREE_STATE", name: "x" },
  UNSUBSCRIBE_FROM_TREE_STATE: { command: "UNSUBSCRIBE_FROM_TREE_STATE", name: "x" },
  SUBSCRIBE_TO_CHAT: { command: "SUBSCRIBE_TO_CHAT", name: "x" },
  UNSUBSCRIBE_FROM_CHAT: { command: "UNSUBSCRIBE_FROM_CHAT", name: "x" },
  SEND_CHAT_MESSAGE: { command: "SEND_CHAT_MESSAGE", name: "x", text: "Hi", peerName: "Ann" },
  SEND_REACTION: { command: "SEND_REACTION", name: "x", reaction: "heart" },
  MODERATE_CHAT: {
    command: "MODERATE_CHAT",
    name: "x",
    hide: "m1",
    mute: "p1",
    unmute: "p2",
    isOn: false,
  },
};

/** One message of each server command. */
const SERVER_EXAMPLES: { [C in ServerCommand]: ServerMessageOf<C> } = {
  WELCOME: {
    command: "WELCOME",
    version: 1,
    id: "p1",
    resume: "token",
    heartbeatMs: 5000,
    resumed: true,
    broadcasts: ["a"],
    watching: { name: "b", parent: null },
    children: ["p2"],
  },
  HEARTBEAT_RECEIVED: { command: "HEARTBEAT_RECEIVED", viewers: 12 },
  FETCH_CONFIG_RECEIVED: { command: "FETCH_CONFIG_RECEIVED", iceServers: [{ urls: "stun:a" }] },
  START_BROADCAST_RECEIVED: { command: "START_BROADCAST_RECEIVED" },
  UPDATE_STILL_RECEIVED: { command: "UPDATE_STILL_RECEIVED", name: "x", still: "0a1b" },
  END_BROADCAST_RECEIVED: { command: "END_BROADCAST_RECEIVED", name: "x" },
  JOIN_BROADCAST_RECEIVED: { command: "JOIN_BROADCAST_RECEIVED", peer: "p", answer: SDP },
  LEAVE_BROADCAST_RECEIVED: { command: "LEAVE_BROADCAST_RECEIVED" },
  SET_RELAY_RECEIVED: { command: "SET_RELAY_RECEIVED" },
  RELAY_BROADCAST: { command: "RELAY_BROADCAST", peer: "p", offer: SDP },
  ICE_CANDIDATES: { command: "ICE_CANDIDATES", peer: "p", candidates: [CANDIDATE, null, "end"] },
  ICE_CANDIDATES_RECEIVED: { command: "ICE_CANDIDATES_RECEIVED", peer: "p" },
  BROADCAST_ENDED: { command: "BROADCAST_ENDED", name: "x" },
  RECONNECT_TO_BROADCAST: { command: "RECONNECT_TO_BROADCAST", name: "x" },
  SUBSCRIBE_TO_TREE_STATE_RECEIVED: { command: "SUBSCRIBE_TO_TREE_STATE_RECEIVED" },
  UNSUBSCRIBE_FROM_TREE_STATE_RECEIVED: { command: "UNSUBSCRIBE_FROM_TREE_STATE_RECEIVED" },
  TREE_STATE_CHANGED: {
    command: "TREE_STATE_CHANGED",
    tree: { id: "r", name: "R", children: [{ id: "a", name: "A", children: [] }] },
  },
  SUBSCRIBE_TO_CHAT_RECEIVED: { command: "SUBSCRIBE_TO_CHAT_RECEIVED" },
  UNSUBSCRIBE_FROM_CHAT_RECEIVED: { command: "UNSUBSCRIBE_FROM_CHAT_RECEIVED" },
  SEND_CHAT_MESSAGE_RECEIVED: { command: "SEND_CHAT_MESSAGE_RECEIVED", id: "m1" },
  MODERATE_CHAT_RECEIVED: { command: "MODERATE_CHAT_RECEIVED" },
  CHAT_CHANGED: {
    command: "CHAT_CHANGED",
    name: "x",
    self: "p1",
    messages: [{ id: "m1", at: 1, from: "p1", name: "Ann", text: "Hi", isBroadcaster: true }],
    hidden: ["m0"],
    isOn: true,
    isMuted: false,
    muted: [{ id: "p2", name: "Bob" }],
    reactions: { heart: 3 },
  },
  ERROR: { command: "ERROR", message: "No", code: "too_fast", answers: "X", waitMs: 2_000 },
};

/** Every key that an object of a browser could have by accident, and one that JavaScript treats oddly. */
const ODD_OPAQUE =
  `{"type":"offer","__proto__":{"sdp":"inherited?"},"constructor":{"prototype":1},"sdp":"","2":0,"1":[null,1e3,"\\ud800"],"":{}}`;

for (const [command, message] of Object.entries(CLIENT_EXAMPLES)) {
  Deno.test(`decodeClientMessage() reads ${command} as it was written`, () => {
    const decoded: ClientMessage = decodeClientMessage(encode(message));
    assertEquals(decoded, message);
    const grown = JSON.stringify({ ...message, inventedTomorrow: 1 });
    assertEquals(decodeClientMessage(grown), message, "a field that is not known is left out");
  });
}

Deno.test("every client command has an example here", () => {
  assertEquals(Object.keys(CLIENT_EXAMPLES).sort(), Object.keys(CLIENT_MESSAGES).sort());
});

for (const [command, message] of Object.entries(SERVER_EXAMPLES)) {
  Deno.test(`decodeServerMessage() reads ${command} as it was written`, () => {
    assertEquals(decodeServerMessage(encode(message)), message);
    const grown = JSON.stringify({ ...message, inventedTomorrow: 1 });
    assertEquals(decodeServerMessage(grown), message, "a field that is not known is left out");
  });
}

Deno.test("every server command has an example here", () => {
  const commands = serverMessage.def.options.map(({ def }) =>
    String(def.shape.command.def.values[0])
  );
  assertEquals(Object.keys(SERVER_EXAMPLES).sort(), commands.sort());
});

Deno.test("decodeServerMessage() returns null for a command it does not know", () => {
  assertEquals(decodeServerMessage('{"command":"INVENTED_TOMORROW","x":1}'), null);
  assertEquals(decodeServerMessage('{"command":"__proto__"}'), null);
  assertEquals(decodeServerMessage('{"command":"ERROR"}'), null, "a field is missing");
  assertEquals(decodeServerMessage("null"), null);
});

Deno.test("decodeServerMessage() reads the prototype's ERROR, which has a text only", () => {
  const message = { command: "ERROR" as const, message: "Unknown broadcast: x" };
  assertEquals(decodeServerMessage(encode(message)), message);
});

/** What a field may turn out to be. */
const ODD_VALUES = [null, true, 0, 1.5, -1, "", "x", "\ud800", [], [1], ["x"], [{}], {}];

/** Every message with one thing in it gone, or something else; also far inside. */
function* variants(value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    const copy = () => structuredClone(value) as Record<string, unknown>;
    const less = copy();
    delete less[key];
    if (!Array.isArray(value)) yield less;
    for (const odd of [...ODD_VALUES, ...variants((value as Record<string, unknown>)[key])]) {
      yield Object.assign(copy(), { [key]: odd });
    }
  }
}

Deno.test("browsers, which have no zod, read every message as zod does", async () => {
  const { module, inputs } = await bundleModule<{ decodeServerMessage(frame: string): unknown }>(
    "lib/protocol/codec.ts",
  );
  assertEquals(inputs.filter((path) => path.includes("zod")), []);
  const frames = Object.values(SERVER_EXAMPLES)
    .flatMap((message) => [message, ...variants(message)])
    .map((message) => JSON.stringify(message));
  frames.push(`{"command":"RELAY_BROADCAST","peer":"p","offer":${ODD_OPAQUE}}`, "null", "[]", "1");
  assert(frames.length > 500, `${frames.length} messages`);
  let read = 0;
  for (const frame of frames) {
    const expected = decodeServerMessage(frame);
    assertEquals(module.decodeServerMessage(frame), expected, frame);
    if (expected) read++;
  }
  assert(read > 100 && read < frames.length - 100, `${read} of ${frames.length} can be read`);
});

/** What passes through the service unseen: how it comes in, how it goes out. */
const OPAQUE_WAYS: [came: ClientCommand, goes: ServerCommand, field: string, content: string][] = [
  ["JOIN_BROADCAST", "RELAY_BROADCAST", "offer", ODD_OPAQUE],
  ["RELAY_BROADCAST_RECEIVED", "JOIN_BROADCAST_RECEIVED", "answer", ODD_OPAQUE],
  ["ICE_CANDIDATES", "ICE_CANDIDATES", "candidates", `[${ODD_OPAQUE},null,[${ODD_OPAQUE}]]`],
];

for (const [came, goes, field, content] of OPAQUE_WAYS) {
  Deno.test(`[JOIN-1] [JOIN-2] [ICE-1] the ${field} of ${came} passes as it came`, () => {
    const written = JSON.stringify(JSON.parse(content));
    assertStringIncludes(written, `"__proto__":{"sdp":"inherited?"}`);
    const frame = `{"command":"${came}","name":"x","peer":"p","${field}":${content}}`;
    const decoded = decodeClientMessage(frame) as unknown as Record<string, unknown>;
    assertEquals(JSON.stringify(decoded[field]), written);
    const passedOn = JSON.stringify({ command: goes, peer: "q", [field]: decoded[field] });
    const received = decodeServerMessage(passedOn) as unknown as Record<string, unknown>;
    assertEquals(JSON.stringify(received[field]), written);
  });
}

Deno.test("[NAME-1] any well-formed string is a name, up to its length", () => {
  const odd = ["__proto__", "constructor", " ", "\u0000", "🎥", "x".repeat(MAX_NAME_LENGTH)];
  for (const name of odd) {
    assertEquals(decodeClientMessage(JSON.stringify({ command: "END_BROADCAST", name })), {
      command: "END_BROADCAST",
      name,
    });
  }
  for (const name of ["", "x".repeat(MAX_NAME_LENGTH + 1), "\ud800", "a\udc00"]) {
    assertBad(
      { command: "END_BROADCAST", name },
      "invalid_field",
      `The "name" property in END_BROADCAST message is empty, too long or not well-formed`,
    );
  }
});

Deno.test("[NAME-2] a peer's name may be missing or null, and is bounded", () => {
  const start = { command: "START_BROADCAST", name: "x" };
  for (const peerName of [undefined, null, "", "x".repeat(MAX_PEER_NAME_LENGTH)]) {
    const decoded = decodeClientMessage(JSON.stringify({ ...start, peerName }));
    assertEquals((decoded as ClientMessageOf<"START_BROADCAST">).peerName, peerName);
  }
  for (const peerName of ["x".repeat(MAX_PEER_NAME_LENGTH + 1), "\udfff"]) {
    assertBad({ ...start, peerName }, "invalid_field");
  }
  assertBad(
    { ...start, title: "x".repeat(MAX_TITLE_LENGTH + 1) },
    "invalid_field",
    `The "title" property in START_BROADCAST message is empty, too long or not well-formed`,
  );
});

Deno.test("[START-6] a visibility that does not exist is refused", () => {
  const start = { command: "START_BROADCAST", name: "x" };
  for (const visibility of ["public", "unlisted", undefined]) {
    const decoded = decodeClientMessage(JSON.stringify({ ...start, visibility }));
    assertEquals((decoded as ClientMessageOf<"START_BROADCAST">).visibility, visibility);
  }
  for (const visibility of ["secret", "", null, 1, ["public"]]) {
    assertBad(
      { ...start, visibility },
      "invalid_field",
      `No "visibility" property specified or not "public" or "unlisted" in START_BROADCAST message`,
    );
  }
});

Deno.test("a list of candidates is bounded, and says so", () => {
  const message = { command: "ICE_CANDIDATES", peer: "p" };
  const most = Array.from({ length: MAX_CANDIDATES }, () => CANDIDATE);
  decodeClientMessage(JSON.stringify({ ...message, candidates: most }));
  assertBad(
    { ...message, candidates: [...most, CANDIDATE] },
    "invalid_field",
    `The "candidates" property in ICE_CANDIDATES message is empty, too long or not well-formed`,
  );
});

/** The sentences of the prototype's server, each with messages it gave them for. */
const PROTOTYPE_TEXTS: [text: string, messages: object[]][] = [
  ...[
    "START_BROADCAST",
    "END_BROADCAST",
    "JOIN_BROADCAST",
    "SUBSCRIBE_TO_TREE_STATE",
    "UNSUBSCRIBE_FROM_TREE_STATE",
  ].map((command): [string, object[]] => [
    `No "name" property specified or not a string in ${command} message`,
    [{ command }, { command, name: 7 }, { command, name: null }, { command, name: ["x"] }]
      .map((message) => command === "JOIN_BROADCAST" ? { offer: {}, ...message } : message),
  ]),
  ['No "offer" property specified or not an object in JOIN_BROADCAST message', [
    { command: "JOIN_BROADCAST", name: "x" },
    { command: "JOIN_BROADCAST", name: "x", offer: "v=0" },
    { command: "JOIN_BROADCAST", name: "x", offer: null },
    { command: "JOIN_BROADCAST", name: "x", offer: [] },
  ]],
  ['No "peer" property specified or not a string in RELAY_BROADCAST_RECEIVED message', [
    { command: "RELAY_BROADCAST_RECEIVED", answer: {} },
    { command: "RELAY_BROADCAST_RECEIVED", answer: {}, peer: {} },
  ]],
  ['No "answer" property specified or not an object in RELAY_BROADCAST_RECEIVED message', [
    { command: "RELAY_BROADCAST_RECEIVED", peer: "p" },
    { command: "RELAY_BROADCAST_RECEIVED", peer: "p", answer: [SDP] },
  ]],
  ['No "peer" property specified or not a string in ICE_CANDIDATES message', [
    { command: "ICE_CANDIDATES", candidates: [] },
    { command: "ICE_CANDIDATES", peer: 1, candidates: [] },
  ]],
  ['No "candidates" property specified or not an array in ICE_CANDIDATES message', [
    { command: "ICE_CANDIDATES", peer: "p" },
    { command: "ICE_CANDIDATES", peer: "p", candidates: CANDIDATE },
    { command: "ICE_CANDIDATES", peer: "p", candidates: null },
  ]],
  ['No "peer" property specified or not a string in ICE_CANDIDATES_RECEIVED message', [
    { command: "ICE_CANDIDATES_RECEIVED" },
    { command: "ICE_CANDIDATES_RECEIVED", peer: false },
  ]],
];

for (const [text, messages] of PROTOTYPE_TEXTS) {
  Deno.test(`[ERR-3] the prototype's words: ${text}`, () => {
    for (const message of messages) {
      const error = assertBad(message, "invalid_field", text);
      assertEquals(error.answers, (message as { command: string }).command);
    }
  });
}

Deno.test("[ERR-3] what is no command is refused in the prototype's words", () => {
  for (
    const [frame, code, text] of [
      ["", "bad_json", "Message is not valid JSON"],
      ["{", "bad_json", "Message is not valid JSON"],
      ["[]", "bad_message", "Message is not a JSON object"],
      ["null", "bad_message", "Message is not a JSON object"],
      ['"FETCH_CONFIG"', "bad_message", "Message is not a JSON object"],
      ["{}", "bad_message", "Message is lacking a command property"],
      ['{"command":{}}', "bad_message", "Message is lacking a command property"],
      [
        '{"__proto__":{"command":"FETCH_CONFIG"}}',
        "bad_message",
        "Message is lacking a command property",
      ],
    ]
  ) {
    const error = badFrame(frame!);
    assertEquals([error.code, error.message, error.answers], [code, text, undefined], frame);
  }
  for (const command of ["NOPE", "fetch_config", "", "__proto__", "hasOwnProperty"]) {
    const error = assertBad({ command }, "unknown_command", `Unknown command: ${command}`);
    assertEquals(error.answers, command);
  }
});

Deno.test("[ERR-3] a huge unknown command is quoted briefly, and stays well-formed", () => {
  const command = "x".repeat(63) + "🎥".repeat(60_000);
  const { message, answers } = assertBad({ command }, "unknown_command");
  for (const text of [message, answers!]) {
    assert(text.isWellFormed(), text);
    assert(text.length < 100, `${text.length} characters`);
  }
  assert(message.startsWith("Unknown command: xxx"));
  assertNotEquals(answers, command);
  const short = "y".repeat(64);
  assertEquals(assertBad({ command: short }, "unknown_command").answers, short, "64 are not cut");
});

function assertBad(message: object, code: ErrorCode, text?: string): BadMessageError {
  const frame = JSON.stringify(message);
  const error = badFrame(frame);
  assertEquals(error.code, code, frame);
  if (text !== undefined) assertEquals(error.message, text, frame);
  return error;
}

function badFrame(frame: string): BadMessageError {
  return assertThrows(() => decodeClientMessage(frame), BadMessageError) as BadMessageError;
}
