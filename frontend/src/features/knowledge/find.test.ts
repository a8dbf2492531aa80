import { expect, test } from "vitest";
import { foldSame, hitPlace, nodeAt, places } from "./find";
import { headingAt } from "./passage";
import type { Heading } from "./draw";

test("folding never changes the length, so that places stay places", () => {
  for (const text of ["Ёлка и ЁЖ", "İstanbul ẞ ﬁ", "a\u00a0b", "𝔄𝔟 😀 Ω"]) expect(foldSame(text).length, text).toBe(text.length);
  expect(foldSame("Ёлка\u00a0И")).toBe("елка и");
});

test("every place is found, whatever its case, without overlaps", () => {
  expect(places(foldSame("Перенос, ПЕРЕНОС и перёнос"), "перенос")).toEqual([[0, 7], [9, 16], [19, 26]]);
  expect(places("aaaa", "aa")).toEqual([[0, 2], [2, 4]]);
  expect(places("a b", " ")).toEqual([]);
  expect(places("a.b", "a+")).toEqual([]);
});

test("a hit is where its passage stands, also when its words stand earlier", () => {
  const text = foldSame("база здесь одна.\nпотом перенос базы, смена адреса\nконец");
  expect(hitPlace(text, ["перенос", "базы"], "…перенос базы, смена адреса…")).toBe(text.indexOf("перенос"));
});

test("a passage that is written otherwise is where most of its words stand together", () => {
  const text = foldSame(`сервер ${"x".repeat(400)} копия сервера и базы`);
  expect(hitPlace(text, ["сервер", "базы"], "совсем другой текст")).toBe(text.indexOf("сервера"));
  expect(hitPlace(text, ["нет такого"], "и этого нет")).toBe(-1);
});

test("a place lies in the last node that begins before it", () => {
  expect([0, 3, 4, 99].map((place) => nodeAt([0, 4, 9], place))).toEqual([0, 0, 1, 2]);
});

test("the heading at hand is the last one above", () => {
  const headings = [10, 20, 30].map((at) => ({ level: at }) as Heading);
  expect([5, 10, 25, 99].map((at) => headingAt(headings, (heading) => heading.level <= at))).toEqual([-1, 0, 1, 2]);
});
