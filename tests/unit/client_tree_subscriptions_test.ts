/** Which trees a page follows, over one socket after the other, against a real WebSocket server. */
import { assertEquals, assertRejects } from "@std/assert";
import { SignallingClient } from "../../lib/client/signalling_client.ts";
import { TreeSubscriptions } from "../../lib/client/tree_subscriptions.ts";
import { TributaryError } from "../../lib/client/tributary_error.ts";
import { assertEventually } from "../support/eventually.ts";

const WELCOME = {
  command: "WELCOME",
  version: 1,
  id: "me",
  resume: "token",
  heartbeatMs: 60_000,
  resumed: true,
  broadcasts: [],
  watching: null,
  children: [],
};

const SUBSCRIBED = { command: "SUBSCRIBE_TO_TREE_STATE_RECEIVED" };

/** Answers what is asked over the socket with this number, from 1 on; null closes the socket instead. */
type Respond = (message: { command: string; name: string }, socket: number) => object | null;

/** Runs `body` with subscriptions at a server that answers with `respond`; ends both. */
async function withSubscriptions(
  { greets = true, respond }: { greets?: boolean; respond: Respond },
  body: (subscriptions: TreeSubscriptions, client: SignallingClient) => Promise<void>,
): Promise<void> {
  let sockets = 0;
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const number = ++sockets;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      const unknown = { command: "ERROR", message: "Unknown command: HELLO" };
      const answer = message.command === "HELLO"
        ? greets ? WELCOME : unknown
        : respond(message, number);
      if (answer) socket.send(JSON.stringify(answer));
      else socket.close();
    };
    return response;
  });
  const client = new SignallingClient(`ws://localhost:${server.addr.port}/`);
  const subscriptions = new TreeSubscriptions(client);
  // As the SDK does.
  client.on("welcome", () => subscriptions.renew());
  client.on("lost", () => subscriptions.clear());
  try {
    await body(subscriptions, client);
  } finally {
    client.close();
    await server.shutdown();
  }
}

const codeOf = async (promise: Promise<unknown>) =>
  (await assertRejects(() => promise, TributaryError) as TributaryError).code;

Deno.test("a tree is followed although the socket was lost before the service had said so", async () => {
  const asked: string[] = [];
  await withSubscriptions({
    respond({ name }, socket) {
      asked.push(`${name} over ${socket}`);
      return socket === 1 ? null : SUBSCRIBED;
    },
  }, async (subscriptions) => {
    await subscriptions.add("tree");
    await assertEventually(() => asked, ["tree over 1", "tree over 2"]);
    assertEquals(subscriptions.size, 1);
  });
});

Deno.test("a tree that the service refuses is not followed, nor one for which no socket comes any more", async () => {
  const error = { command: "ERROR", message: "No", code: "unknown_broadcast" };
  await withSubscriptions({
    respond: ({ command }) => ({ ...error, answers: command }),
  }, async (subscriptions) => {
    assertEquals(await codeOf(subscriptions.add("nobody")), "unknown_broadcast");
    assertEquals(subscriptions.size, 0);
  });
  await withSubscriptions({ greets: false, respond: () => null }, async (subscriptions) => {
    assertEquals(await codeOf(subscriptions.add("gone")), "connection_lost");
    assertEquals(subscriptions.size, 0);
  });
});

Deno.test("a tree is followed no more once that was asked for, also before the service has answered", async () => {
  await withSubscriptions({
    respond: ({ command }) => ({ command: `${command}_RECEIVED` }),
  }, async (subscriptions) => {
    const added = subscriptions.add("tree");
    await subscriptions.remove("tree");
    await added;
    assertEquals(subscriptions.size, 0);
  });
});
