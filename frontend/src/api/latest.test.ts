import { expect, test } from "vitest";
import { Latest } from "./latest";

test("an older answer that comes later does not replace a newer one", async () => {
  const latest = new Latest();
  let seen = "";
  let answer = (_: string) => {};
  const older = latest.take(new Promise<string>((resolve) => (answer = resolve)), (value) => (seen = value));
  await latest.take(Promise.resolve("newer"), (value) => (seen = value));
  answer("older");
  await older;
  expect(seen).toBe("newer");
});

test("an answer is dropped when something newer is known, and a failure is told", async () => {
  const latest = new Latest();
  let seen = "mine";
  const asked = latest.take(Promise.resolve("theirs"), (value) => (seen = value));
  latest.drop();
  await asked;
  expect(seen).toBe("mine");
  await expect(latest.take(Promise.reject(new Error("gone")), () => {})).rejects.toThrow("gone");
});
