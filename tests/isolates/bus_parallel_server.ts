/**
 * A server whose isolates talk over the bus, for `bus_parallel_test.ts`: each request is answered
 * with what this isolate knows, and makes it greet the others.
 */
import { createBroadcastChannelBus } from "../../lib/bus/broadcast_channel.ts";

const bus = createBroadcastChannelBus(crypto.randomUUID());
const got: Record<string, number> = {};
bus.onMessage((_message, from) => {
  got[from] = (got[from] ?? 0) + 1;
});

export default {
  fetch(): Response {
    for (const instance of bus.near()) bus.send(instance, "hello");
    return Response.json({ instance: bus.instance, near: bus.near(), got });
  },
};
