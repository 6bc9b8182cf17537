import { assertEquals } from "@std/assert";
import { Emitter } from "../../lib/client/emitter.ts";

interface Events {
  number: number;
  text: string;
}

class Source extends Emitter<Events> {
  say<K extends keyof Events>(event: K, payload: Events[K]): void {
    this.emit(event, payload);
  }
}

Deno.test("on() calls the listener at every event, until off() or its own function ends it", () => {
  const source = new Source();
  const heard: number[] = [];
  const listener = (value: number) => void heard.push(value);
  const end = source.on("number", listener);
  source.say("number", 1);
  source.say("text", "not for us");
  source.say("number", 2);
  end();
  source.say("number", 3);
  source.on("number", listener);
  source.off("number", listener);
  source.say("number", 4);
  assertEquals(heard, [1, 2]);
});

Deno.test("once() calls the listener at the next event only", () => {
  const source = new Source();
  const heard: string[] = [];
  source.once("text", (text) => heard.push(text));
  source.say("text", "first");
  source.say("text", "second");
  assertEquals(heard, ["first"]);
});

Deno.test("emit() reaches the others when one listener ends or adds one, and when one throws", () => {
  const source = new Source();
  const heard: string[] = [];
  const reported: unknown[] = [];
  const handleError = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  addEventListener("error", handleError);
  const end = source.on("text", () => end());
  source.on("text", () => {
    throw new Error("a mistake of the page");
  });
  source.on("text", (text) => {
    heard.push(text);
    source.on("text", () => heard.push("late"));
  });
  source.say("text", "all");
  removeEventListener("error", handleError);
  assertEquals(heard, ["all"]);
  assertEquals(reported, ["a mistake of the page"]);
});
