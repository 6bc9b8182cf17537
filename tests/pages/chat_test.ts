/** The chat as two viewers and a broadcaster have it. The pictures are in artefacts/screenshots/. */
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browse } from "../support/browsing.ts";
import { assertEventually } from "../support/eventually.ts";
import { assertGoodLooks, watchShifts } from "../support/looks.ts";
import { endBroadcast } from "../support/studio.ts";

const log = (page: Page) => page.getByRole("log", { name: "Chat messages" });
const field = (page: Page) => page.getByRole("textbox", { name: "Message" });
const line = (page: Page, text: string | RegExp): Locator =>
  log(page).getByRole("listitem").filter({ hasText: text });

async function goLive(studio: Page, name: string): Promise<void> {
  await studio.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await studio.getByRole("button", { name: "Go live" }).click();
  await field(studio).waitFor();
}

/** Opens the watch page as somebody who has a name, and waits for the chat. */
async function watch(open: (address: string) => Promise<Page>, path: string): Promise<Page> {
  const page = await open(path);
  await field(page).waitFor();
  await page.getByText(/Say hello|hidden|Hello/).first().waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await page.keyboard.press("Enter");
}

Deno.test("viewers and broadcaster chat and react; who has no name is asked for one", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "chat");
    const ada = await watch(open, "/watch/chat");
    const bob = await watch(open, "/watch/chat");
    await assertGoodLooks(bob, "chat-empty", { fullPage: true });
    const shifts = await watchShifts(bob);

    await say(ada, "  Hello\neverybody, see https://example.org/a?b=c. ");
    const yourName = ada.getByRole("textbox", { name: "What is your name?" });
    await yourName.waitFor();
    await assertGoodLooks(ada, "chat-your-name", { fullPage: true });
    await yourName.fill("Ada Lovelace");
    await ada.keyboard.press("Enter");
    for (const page of [ada, bob, studio]) {
      await line(page, "Ada Lovelace Hello everybody, see https://example.org/a?b=c.").waitFor();
    }
    const link = line(bob, "Ada").getByRole("link");
    assertEquals(await link.getAttribute("href"), "https://example.org/a?b=c");
    assertEquals(await field(ada).inputValue(), "");

    await bob.emulateMedia({ reducedMotion: "reduce" });
    const sky = ada.locator(".chat-sky");
    const rising = sky.getByText("❤️").waitFor();
    for (let i = 0; i < 3; i++) await ada.getByRole("button", { name: "Applause" }).click();
    await bob.getByRole("button", { name: "Heart" }).click();
    await bob.getByRole("img", { name: "Applause" }).waitFor();
    await assertEventually(() => bob.locator(".chat-counts").textContent(), "❤️ 1👏 3");
    await rising;
    await bob.emulateMedia({ reducedMotion: null });
    // What rises is gone at once for who wants no motion any more, and does not stay as it is.
    await bob.getByRole("button", { name: "Heart" }).click();
    await sky.getByText("❤️").first().waitFor();
    await ada.emulateMedia({ reducedMotion: "reduce" });
    await assertEventually(() => sky.locator("span").count(), 0);
    await ada.emulateMedia({ reducedMotion: null });

    await say(studio, "Welcome! <b>Ask me anything</b>");
    await line(bob, "Broadcaster Welcome! <b>Ask me anything</b>").waitFor();
    await say(bob, "Where does this come from?");
    await bob.getByRole("textbox", { name: "What is your name?" }).waitFor();
    await bob.keyboard.press("Enter");
    await line(studio, "Anonymous Where does this come from?").waitFor();

    // Too fast: what was written stays, with how long to wait, and can be sent then.
    const refused = await ada.evaluate(writeUntilRefused);
    await ada.getByRole("status").filter({ hasText: /you can send this in \d s/ }).waitFor();
    assertEquals(await field(ada).inputValue(), refused);
    await assertGoodLooks(ada, "chat-too-fast", { fullPage: true });
    await ada.evaluate(() => Reflect.deleteProperty(performance, "now"));
    const send = ada.getByRole("button", { name: "Send" });
    await assertEventually(() => send.isEnabled(), true);
    await send.click();
    await line(bob, refused).waitFor();
    assertEquals(await field(ada).inputValue(), "");

    // Safari says by the code alone that this Enter ends a word that is being composed.
    await field(ada).fill("日本");
    const isTaken = await field(ada).evaluate((field) =>
      !field.dispatchEvent(
        new KeyboardEvent("keydown", {
          key: "Enter",
          keyCode: 229,
          bubbles: true,
          cancelable: true,
        }),
      )
    );
    assertEquals([isTaken, await field(ada).inputValue()], [false, "日本"]);

    await field(ada).fill("x".repeat(290));
    await ada.getByText("10 characters left").waitFor();
    await field(ada).fill("");
    assert(await shifts() <= 0.01, `the page moves by ${await shifts()}`);
    const late = await watch(open, "/watch/chat");
    await line(late, "Ada Lovelace Hello everybody").waitFor();
    await line(late, refused).waitFor();
    await assertGoodLooks(late, "chat", { fullPage: true });
    await assertGoodLooks(studio, "chat-studio", { fullPage: true });

    // Whoever has scrolled back is not taken away from what is being read.
    for (let i = 1; i <= 4; i++) {
      await say(
        late,
        `A longer line, so that the list has to scroll, number ${i}. ${"la ".repeat(60)}`,
      );
      if (i === 1) await late.keyboard.press("Enter");
      await line(bob, `number ${i}`).waitFor();
    }
    await log(bob).evaluate((element) => element.scrollTop = 0);
    await say(studio, "One more thing");
    const more = bob.getByRole("button", { name: "1 new message" });
    await more.waitFor();
    await say(studio, "And another");
    const two = bob.getByRole("button", { name: "2 new messages" });
    await two.waitFor();
    await assertGoodLooks(bob, "chat-new-messages", { fullPage: true });
    assertEquals(await log(bob).evaluate((element) => element.scrollTop), 0);
    await two.click();
    await two.waitFor({ state: "detached" });
    await line(bob, "And another").waitFor();
  });
});

Deno.test("the broadcaster hides a message, mutes somebody, and switches the chat off and on", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "moderated");
    const eve = await watch(open, "/watch/moderated");
    const bob = await watch(open, "/watch/moderated");
    await say(eve, "Hello");
    await eve.getByRole("textbox", { name: "What is your name?" }).fill("Eve");
    await eve.keyboard.press("Enter");
    await line(bob, "Eve Hello").waitFor();
    await say(eve, "Something nasty");
    await line(bob, "nasty").waitFor();

    await line(studio, "nasty").getByRole("button", { name: "More about the message of Eve" })
      .click();
    await assertGoodLooks(studio, "chat-moderate", { fullPage: true });
    await studio.getByRole("button", { name: "Hide" }).click();
    for (const page of [studio, eve, bob]) {
      await line(page, "1 message hidden").waitFor();
      assertEquals(await line(page, "nasty").count(), 0);
    }
    assertEquals(await bob.getByRole("button", { name: /More about the message/ }).count(), 0);

    await field(eve).fill("I did not mean");
    await line(studio, "Eve Hello").getByRole("button", { name: /More about/ }).click();
    await studio.getByRole("button", { name: "Mute Eve" }).click();
    await eve.getByText("The broadcaster has muted you. You can go on reading.").waitFor();
    await assertGoodLooks(eve, "chat-muted", { fullPage: true });
    await studio.getByText("1 person muted").click();
    await assertGoodLooks(studio, "chat-muted-people", { fullPage: true });
    await studio.getByRole("button", { name: "Unmute Eve" }).click();
    await field(eve).waitFor();
    assertEquals(await field(eve).inputValue(), "I did not mean");

    const onOff = studio.getByRole("switch", { name: /chat for everybody/ });
    await onOff.uncheck();
    for (const page of [eve, bob]) {
      await page.getByText("The broadcaster has switched the chat off.").waitFor();
      assertEquals(await field(page).count(), 0);
    }
    await assertGoodLooks(studio, "chat-off", { fullPage: true });
    await onOff.check();
    await field(bob).waitFor();
    await field(eve).press("Enter");
    await line(bob, "I did not mean").waitFor();

    await endBroadcast(studio);
    await bob.getByText("You can chat while you are watching.").waitFor();
  });
});

Deno.test("without a connection what was written stays, and nothing that was said meanwhile is missed", async () => {
  await browse({}, async ({ open }) => {
    const studio = await open("/studio");
    await goLive(studio, "broken");
    const viewer = await open("/");
    await viewer.addInitScript(keepSockets);
    // The service has not heard of the broadcast yet when it is asked for its chat first.
    let isFirst = true;
    await viewer.routeWebSocket(/\/api\/ws$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        const isRefused = isFirst && String(frame).includes('"SUBSCRIBE_TO_CHAT"');
        if (!isRefused) return server.send(frame);
        isFirst = false;
        const answers = "SUBSCRIBE_TO_CHAT";
        const code = "unknown_broadcast";
        socket.send(JSON.stringify({ command: "ERROR", message: "Not here", code, answers }));
      });
    });
    await viewer.evaluate(() => localStorage.setItem("tributary.your-name", "Vera"));
    await viewer.goto(new URL("/watch/broken", viewer.url()).href);
    await viewer.getByText("Say hello!").waitFor();
    await say(viewer, "Hello");
    await line(studio, "Vera Hello").waitFor();

    await viewer.evaluate(() => (globalThis as unknown as Sockets).cutOff(true));
    await viewer.getByRole("status").filter({ hasText: "Reconnecting" }).waitFor();
    await field(viewer).fill("Are you there?");
    await viewer.getByText(/What you wrote stays here/).waitFor();
    await assertGoodLooks(viewer, "chat-reconnecting", { fullPage: true });
    await say(studio, "I am here");
    await viewer.evaluate(() => (globalThis as unknown as Sockets).cutOff(false));
    await line(viewer, "I am here").waitFor();
    assertEquals(await field(viewer).inputValue(), "Are you there?");
    await field(viewer).press("Enter");
    await line(studio, "Are you there?").waitFor();
    assertEquals(await line(viewer, "Are you there?").count(), 1);
  });
});

/** Writes line after line, faster than any test could from outside; returns the one that was not taken. */
async function writeUntilRefused(): Promise<string> {
  const text = document.querySelector<HTMLTextAreaElement>(".chat-composer textarea")!;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  for (let i = 1;; i++) {
    text.value = `Line ${i}`;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    await pause(20);
    text.form!.requestSubmit();
    while (text.value !== "") {
      if (text.form!.textContent!.includes("you can send")) {
        // For as long as somebody wants to look at it.
        const now = performance.now();
        performance.now = () => now;
        return text.value;
      }
      await pause(20);
    }
  }
}

interface Sockets {
  cutOff(isCut: boolean): void;
}

/** Lets a test end every socket of the page, and keep new ones from opening. */
function keepSockets(): void {
  const Real = WebSocket;
  const open = new Set<WebSocket>();
  let isCut = false;
  globalThis.WebSocket = class extends Real {
    constructor(url: string | URL) {
      // Nobody listens on this port.
      super(isCut ? "ws://127.0.0.1:9/" : url);
      open.add(this);
    }
  };
  (globalThis as unknown as Sockets).cutOff = (cut) => {
    isCut = cut;
    if (cut) open.forEach((socket) => socket.close());
  };
}
