import { expect, test } from "vitest";
import { call, Code, failureOf } from "./failure";

test("a rejection of the bridge is read from the message of its error", async () => {
  const rejected = Promise.reject(new Error('{"code":"error_name_missing","field":"name"}'));
  await expect(call(rejected)).rejects.toMatchObject({ code: Code.NameMissing, field: "name" });
});

test("whatever else is thrown is unexpected, and its words go no further", () => {
  for (const reason of [new Error("pq: password hunter2"), "text", undefined, new Error('{"code":"made_up"}'), new Error("null")]) {
    const failure = failureOf(reason);
    expect(failure.code).toBe(Code.Unexpected);
    expect(failure.message).not.toContain("hunter2");
  }
});
