import { expect, test } from "vitest";
import { Windows } from "./windows.svelte";

type Item = { id: number; name: string };

function make(all: () => Item[]) {
  const asked: [number, number][] = [];
  const faults: unknown[] = [];
  const fetch = async (from: number, count: number) => {
    asked.push([from, count]);
    return all().slice(from, from + count);
  };
  return { list: new Windows<Item>(fetch, (item) => item.name, (reason) => faults.push(reason)), asked, faults };
}
const items = (count: number, first = 1) => Array.from({ length: count }, (_, i) => ({ id: first + i, name: `n${first + i}` }));

test("a hundred thousand rows fetch only what is in sight, each part once", async () => {
  const all = items(100_000);
  const { list, asked } = make(() => all);
  await list.reset(all.length);
  expect([list.rows.length, asked]).toEqual([100_000, [[0, 200]]]);
  await Promise.all([list.want(50_190, 50_210), list.want(50_195, 50_215)]);
  expect(asked.slice(1)).toEqual([[50_000, 200], [50_200, 200]]);
  expect(list.rows[50_200]).toMatchObject({ id: "50200", label: "n50201", item: { id: 50_201 } });
  expect(list.rows[60_000]!.item).toBeUndefined();
  expect(list.rowOf(50_201)).toBe("50200");
  expect((await list.item(99_999))?.id).toBe(100_000);
});

test("what has changed is shown at once and whole: what is in sight is fetched before the old is given up", async () => {
  let all = items(500);
  const { list } = make(() => all);
  await list.reset(500);
  await list.want(190, 210);
  all = all.filter((item) => item.id !== 150);
  const again = list.reset(499);
  expect(list.rows[195]!.item?.id).toBe(196);
  await again;
  expect(list.rows.length).toBe(499);
  expect([list.rows[195]!.item?.id, list.rows[201]!.item?.id]).toEqual([197, 203]);
  const ids = list.rows.flatMap((row) => row.item?.id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

test("what comes from before a change is dropped, and a failed part is asked for again", async () => {
  let broken = true;
  const faults: unknown[] = [];
  const list = new Windows<Item>(async (from, count) => {
    if (from >= 200 && broken) throw new Error("broken");
    return items(1000).slice(from, from + count);
  }, (item) => item.name, (reason) => faults.push(reason));
  await list.reset(1000);
  await list.want(300, 310);
  expect([faults.length, list.rows[300]!.item]).toEqual([1, undefined]);
  broken = false;
  const late = list.want(300, 310);
  const again = list.reset(10);
  await Promise.all([late, again]);
  expect(list.rows.length).toBe(10);
});
