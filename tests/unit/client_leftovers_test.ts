import { assertEquals } from "@std/assert";
import type { Welcome } from "../../lib/client/connection.ts";
import { giveUpLeftovers } from "../../lib/client/leftovers.ts";

const WELCOME: Welcome = {
  command: "WELCOME",
  version: 1,
  id: "me",
  resume: "token",
  heartbeatMs: 5_000,
  resumed: true,
  broadcasts: ["mine", "older"],
  watching: { name: "other", parent: "p" },
  children: [],
};

Deno.test("giveUpLeftovers() ends all that the page does not broadcast or watch any more", () => {
  assertEquals(giveUpLeftovers(WELCOME, { name: "mine", isViewer: false }), [
    { command: "END_BROADCAST", name: "older" },
    { command: "LEAVE_BROADCAST" },
  ]);
  assertEquals(giveUpLeftovers(WELCOME, null).map(({ command }) => command), [
    "END_BROADCAST",
    "END_BROADCAST",
    "LEAVE_BROADCAST",
  ]);
});

Deno.test("giveUpLeftovers() leaves a viewer where it is", () => {
  const welcome = { ...WELCOME, broadcasts: [] };
  assertEquals(giveUpLeftovers(welcome, { name: "other", isViewer: true }), []);
});
