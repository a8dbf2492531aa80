import { expect, test, vi } from "vitest";

vi.mock("../../../wailsjs/runtime/runtime", () => ({ EventsOn: () => () => {} }));
const { readTags } = await import("./replies.svelte");

test("tags are read as people write them", () => {
  expect(readTags(" доступы, #домены ;доступы,, ")).toEqual(["доступы", "домены"]);
  expect(readTags("два   слова\nещё")).toEqual(["два слова", "ещё"]);
  expect(readTags("#")).toEqual([]);
});
