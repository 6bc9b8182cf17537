import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  fromErrorMessage,
  toTributaryError,
  TributaryError,
} from "../../lib/client/tributary_error.ts";

Deno.test("fromErrorMessage() keeps the service's code, and says it in plain words", () => {
  const known = fromErrorMessage({
    command: "ERROR",
    message: "Broadcast x is already being broadcast",
    code: "name_taken",
    answers: "START_BROADCAST",
  });
  assertEquals(known.code, "name_taken");
  assertEquals(
    known.message,
    "A broadcast with this name is already live. Please choose another name.",
  );
});

Deno.test("fromErrorMessage() passes on the service's text for a code it does not know, or none", () => {
  for (const code of ["invented_tomorrow", undefined]) {
    const error = fromErrorMessage({ command: "ERROR", message: "Some text", code });
    assertEquals([error.code, error.message], ["refused", "Some text"]);
  }
});

Deno.test("toTributaryError() leaves a TributaryError alone and keeps any other cause", () => {
  const lost = new TributaryError("connection_lost");
  assertStrictEquals(toTributaryError(lost), lost);
  const cause = new TypeError("x is not a function");
  const error = toTributaryError(cause);
  assertEquals(error.code, "internal");
  assertStrictEquals(error.cause, cause);
});
