import { beforeEach, expect, test, vi } from "vitest";
import type { Draft, Finding } from "../api/accesses";
import { opora } from "../../wailsjs/go/models";
import { m } from "../paraglide/messages.js";
import { ago, lasts, took, until, when } from "./dates";
import { language } from "./language.svelte";
import { doctorSentence, draftWord, hintSentences, noteSentence, reasonSentence, stepSentence, warningSentence } from "./words";

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

test("ages and what is left are one number and its unit", () => {
  const before = (minutes: number) => ago(new Date(now - minutes * 60_000).toISOString(), now);
  expect([0, 5, 125, 60 * 50].map(before)).toEqual(["только что", "5 мин. назад", "2 ч назад", "позавчера"]);
  expect(ago("0001-01-01T00:00:00Z", now)).toBe("");
  expect([0.2, 59, 61, 7300].map(lasts)).toEqual(["1 с", "59 с", "2 мин", "3 ч"]);
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

const found = (verdict: string, reason: string, ...codes: string[]) => ({ verdict, reason, hints: codes.map((code) => ({ code, detail: "" })) }) as unknown as Finding;

test("a login that only the operator has seen does not look like a proof", () => {
  const finding = found("works", "ok", "by_operator");
  expect(reasonSentence(finding)).toContain("Вы вошли сами");
  expect(draftWord({ state: "done", checked: true, check: { finding } } as unknown as Draft)).toEqual({ tone: "human", word: "со слов" });
  const note = { kind: "web", address: "a.example", login: "anna", proven: false, check: { finding } } as unknown as Parameters<typeof noteSentence>[0];
  expect(noteSentence(note)).toContain("Вход подтвердил оператор");
  expect(noteSentence({ ...note, check: { ...note.check, finding: found("needs_human", "second_factor") } })).toContain("вход не доказан");
});

test("a browser that is missing is said once, with what to do", () => {
  const finding = found("unknown", "unsupported", "needs_browser", "no_browser");
  expect(reasonSentence(finding)).toBe(m.reason_needs_browser());
  expect(hintSentences(finding)).toEqual([m.hint_no_browser()]);
});

test("what decided is told in words, and a sign that is new as it is", () => {
  const decided = (detail: string) => stepSentence({ at_ms: 0, step: opora.StepCode.Decision, detail });
  expect(decided("replay")).toBe("решило: с сеансом страница открыта, без него чужого не пускают");
  expect(decided("bad_credentials")).toBe("решило: ответ сервера");
  expect(decided("unheard_of")).toBe("решило: unheard_of");
});

test("the doctor names the browser that does not start, and says what to do", () => {
  const line = { name: "browser", state: "broken", detail: "Chromium 156", code: opora.Code.BrowserSandbox } as Parameters<typeof doctorSentence>[0];
  expect(doctorSentence(line)).toMatch(/^Браузер не запускается: Chromium 156\. Система не даёт ему песочницы/);
});
