import { expect, test } from "vitest";
import { moved, offsets, typed, visible, type Row } from "./listing";

const row = (label: string, heading = false): Row => ({ id: label, label, heading });
const rows = [row("Working", true), row("Abrikos"), row("Bakery"), row("Saved", true), row("Studio"), row("Server")];

test("arrows step over headings and stop at the ends", () => {
  expect(moved(rows, 2, "ArrowDown", 5)).toBe(4);
  expect(moved(rows, 4, "ArrowUp", 5)).toBe(2);
  expect(moved(rows, 1, "ArrowUp", 5)).toBe(1);
  expect(moved(rows, 5, "ArrowDown", 5)).toBe(5);
  expect(moved(rows, -1, "ArrowDown", 5)).toBe(1);
  expect(moved(rows, 5, "Home", 5)).toBe(1);
  expect(moved(rows, 1, "End", 5)).toBe(5);
  expect(moved(rows, 1, "x", 5)).toBeUndefined();
  expect(moved([], -1, "ArrowDown", 5)).toBeUndefined();
});

test("letters find the next row that begins with them, going round", () => {
  expect(typed(rows, 1, "s")).toBe(4);
  expect(typed(rows, 4, "s")).toBe(5);
  expect(typed(rows, 5, "s")).toBe(4);
  expect(typed(rows, 4, "se")).toBe(5);
  expect(typed(rows, 1, "w")).toBeUndefined();
});

test("of thousands of rows only those in sight are drawn", () => {
  const many = Array.from({ length: 5000 }, (_, i) => row(String(i)));
  const tops = offsets(many, 58, 32);
  expect(tops[5000]).toBe(290_000);
  const [first, end] = visible(tops, 58 * 1000, 580);
  expect(first).toBeLessThanOrEqual(1000);
  expect(end).toBeGreaterThanOrEqual(1011);
  expect(end - first).toBeLessThan(40);
  expect(visible(offsets([], 58, 32), 0, 580)).toEqual([0, 0]);
});
