import { beforeEach, expect, test, vi } from "vitest";
import type { Draft, Finding } from "../api/accesses";
import { opora } from "../../wailsjs/go/models";
import { m } from "../paraglide/messages.js";
import { took, until, when } from "./dates";
import { language } from "./language.svelte";
import { draftWord, hintSentences, reasonSentence, stepSentence, warningSentence } from "./words";

const now = new Date(2026, 10, 22, 12, 30).getTime();
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

beforeEach(() => {
  vi.stubGlobal("document", { documentElement: { lang: "" } });
  vi.stubGlobal("navigator", { language: "de-DE" });
  language.follow("ru", "");
});

test("the operator's choice comes before the system's language, and other languages read English", () => {
  language.follow("", "ru_RU");
  expect(language.current).toBe("ru");
  language.follow("en", "ru_RU");
  expect(language.current).toBe("en");
  language.follow("", "");
  expect(language.current).toBe("en");
});

test("a change of language is seen by every sentence at once", () => {
  expect(m.verdict_works()).toBe("работает");
  language.follow("en", "");
  expect(m.verdict_works()).toBe("works");
});

test("Russian counts in three forms", () => {
  const counted = [1, 2, 5, 11, 21, 22, 25, 112].map((count) => m.count_accesses({ count }));
  expect(counted).toEqual(["1 доступ", "2 доступа", "5 доступов", "11 доступов", "21 доступ", "22 доступа", "25 доступов", "112 доступов"]);
});

test("times are as short as they can be", () => {
  expect(when(at(2026, 10, 22, 9, 5), now)).toBe("сегодня 09:05");
  expect(when(at(2026, 10, 21, 23, 59), now)).toBe("вчера");
  expect(when(at(2026, 10, 18, 9, 0), now)).toMatch(/^18 нояб/);
  expect(when(at(2025, 10, 18, 9, 0), now)).toContain("2025");
  expect(when("0001-01-01T00:00:00Z", now)).toBe("");
  expect(until(at(2026, 10, 22, 20, 30), now)).toBe("через 8 часов");
  expect(until(at(2026, 10, 22, 12, 40), now)).toBe("через 10 минут");
  expect([took(640), took(2440)]).toEqual(["640 мс", "2,4 с"]);
});

test("a step without a detail ends before the gap", () => {
  expect(stepSentence({ at_ms: 0, step: opora.StepCode.Start, detail: "" })).toBe("новый сеанс");
  expect(stepSentence({ at_ms: 0, step: opora.StepCode.Start, detail: "a.example" })).toBe("новый сеанс: a.example");
});

test("codes that are new on the other side do not break the page", () => {
  const finding = { reason: "brand_new", hints: [{ code: "unheard_of", detail: "seen" }] } as unknown as Finding;
  expect(reasonSentence(finding)).toBe(m.reason_ambiguous());
  expect(hintSentences(finding)).toEqual(["seen"]);
  expect(warningSentence({ code: "unheard_of", field: "login", detail: "seen" })).toBe("seen");
});

test("a draft that works and could not be kept does not say that it works", () => {
  const draft = { state: "done", checked: true, failure: opora.Code.KeyringMissing, check: { finding: { verdict: "works" } } } as unknown as Draft;
  expect(draftWord(draft)).toEqual({ tone: "human", word: "не сохранён" });
  expect(draftWord({ ...draft, failure: "" } as unknown as Draft).tone).toBe("works");
});
