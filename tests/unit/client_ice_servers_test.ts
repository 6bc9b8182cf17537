import { assertEquals } from "@std/assert";
import { IceServers } from "../../lib/client/ice_servers.ts";

const OWN = { urls: "stun:own.example" };
const FROM_SERVICE = { urls: "turn:service.example", username: "u", credential: "c" };

Deno.test("fresh() adds the service's servers to the page's, and asks once for many links", async () => {
  let asked = 0;
  const servers = new IceServers({ iceServers: [OWN], iceTransportPolicy: "relay" }, () => {
    asked++;
    return Promise.resolve([FROM_SERVICE]);
  });
  const [first, second] = await Promise.all([servers.fresh(), servers.fresh()]);
  assertEquals(first, {
    bundlePolicy: "max-bundle",
    iceTransportPolicy: "relay",
    iceServers: [OWN, FROM_SERVICE],
  });
  assertEquals(second, first);
  assertEquals(await servers.fresh(), first);
  assertEquals(servers.latest, first);
  assertEquals(asked, 1);
});

Deno.test("fresh() makes do with what is known when the service does not answer, and asks again", async () => {
  let isUp = false;
  const servers = new IceServers({ bundlePolicy: "balanced" }, () => {
    return isUp ? Promise.resolve([FROM_SERVICE]) : Promise.reject(new Error("no answer"));
  });
  assertEquals(await servers.fresh(), { bundlePolicy: "balanced", iceServers: [] });
  isUp = true;
  assertEquals((await servers.fresh()).iceServers, [FROM_SERVICE]);
});
