import { beforeEach, expect, test, vi } from "vitest";
import { opora } from "../../wailsjs/go/models";

const asked: { query: string; answer: (answer: unknown) => void; fail: (reason: unknown) => void }[] = [];
vi.mock("../../wailsjs/go/bridge/Search", () => ({
  Find: (query: string) => new Promise((answer, fail) => asked.push({ query, answer, fail })),
}));

const { Finder } = await import("./finder.svelte");
const { chosenSets, switchSet } = await import("./sets");
const hit = (query: string) => ({ query, read: "", total: 1, hits: [] });

beforeEach(() => void (asked.length = 0));

test("the answer to an earlier query never replaces that to a later one", async () => {
  const finder = new Finder(() => []);
  const first = finder.ask("дос");
  const second = finder.ask("доступ");
  asked[1]!.answer(hit("доступ"));
  await second;
  asked[0]!.answer(hit("дос"));
  await first;
  expect(finder.answer?.query).toBe("доступ");
});

test("the answer that is here stays until the next one is, and goes with the query", async () => {
  const finder = new Finder(() => []);
  const first = finder.ask("a");
  asked[0]!.answer(hit("a"));
  await first;
  void finder.ask("ab");
  expect(finder.answer?.query).toBe("a");
  await finder.ask("  ");
  expect(finder.answer).toBeUndefined();
  asked[1]!.answer(hit("ab"));
  await Promise.resolve();
  expect(finder.answer).toBeUndefined();
});

test("a query that was given up for a newer one is no failure; the newest one's is", async () => {
  const finder = new Finder(() => []);
  const first = finder.ask("a");
  const second = finder.ask("ab");
  asked[0]!.fail(new Error("given up"));
  await first;
  expect(finder.failure).toBeUndefined();
  asked[1]!.fail(new Error("broken"));
  await second;
  expect(finder.failure?.code).toBe(opora.Code.Unexpected);
});

test("the newest query is asked again when an older one overtook it on the way", async () => {
  const finder = new Finder(() => []);
  const asking = finder.ask("ssl");
  asked[0]!.fail(new Error(JSON.stringify({ code: opora.Code.Cancelled, field: "" })));
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]!.answer(hit("ssl"));
  await asking;
  expect([finder.answer?.query, finder.failure]).toEqual(["ssl", undefined]);
});

test("the first choice of a set leaves only that one; none and all are the same", () => {
  const { Articles, Customers, Notes, Snippets } = opora.Set;
  expect(chosenSets("")).toEqual([Snippets, Articles, Notes, Customers]);
  expect(switchSet("", Articles)).toBe("articles");
  expect(switchSet("articles", Snippets)).toBe("snippets,articles");
  expect(switchSet("articles", Articles)).toBe("");
  expect(switchSet("snippets,articles,notes", Customers)).toBe("");
  expect(chosenSets("unheard_of")).toHaveLength(4);
});
