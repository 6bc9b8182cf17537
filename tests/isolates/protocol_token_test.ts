/** What the service keeps of a token that takes up a session: nothing that anybody could use. */
import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { startTestServer } from "../support/server.ts";
import { freshName, greet } from "./protocol_world.ts";

Deno.test("[HELLO-2] of a token only its hash is in KV: no key, value, file or log line contains it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tributary-token-" });
  const kvFile = `${folder}/kv.db`;
  // Mail between instances goes through KV too, and everything is logged.
  const env = { BUS: "kv", LOG_LEVEL: "debug" };
  const server = await startTestServer({ withoutBundles: true, jobs: 2, kvFile, env });
  try {
    using kv = await Deno.openKv(kvFile);
    const name = freshName();
    const root = await greet(server.wsUrl);
    await root.peer.startBroadcast(name);
    const viewer = await greet(server.wsUrl);
    await viewer.peer.joinBroadcast(name);
    // Taken up several times, so that it is told from one instance to another.
    let last = viewer;
    for (let i = 0; i < 5; i++) {
      last.peer.drop();
      last = await greet(server.wsUrl, viewer.welcome.resume);
      assert(last.welcome.resumed);
    }
    const contents = [];
    for await (const { key, value } of kv.list({ prefix: [] })) {
      contents.push(JSON.stringify([key, value]));
    }
    const hashes = [];
    for (const { welcome: { resume: token, id } } of [root, viewer]) {
      const hash = createHash("sha256").update(token).digest("hex");
      const record = await kv.get<{ id: string }>(["resume", hash]);
      assertEquals(record.value?.id, id);
      hashes.push(hash);
    }
    await server.stop();
    contents.push(server.logs());
    // Also what was there once: SQLite leaves what it deletes until something else needs the room.
    let files = "";
    for await (const { name: file } of Deno.readDir(folder)) {
      files += new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${file}`));
    }
    contents.push(files);
    for (const hash of hashes) assert(files.includes(hash), "files cannot be searched like this");
    for (const { welcome: { resume: token } } of [root, viewer]) {
      assertEquals(contents.filter((text) => text.includes(token)), []);
    }
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
