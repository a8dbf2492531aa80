import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { access, opora } from "../../wailsjs/go/models";

type Variants = { declarations: string[]; match: Record<string, string> }[];
type Catalogue = Record<string, string | Variants>;

const read = (language: string): Catalogue => {
  const { $schema: _, ...messages } = JSON.parse(readFileSync(join(import.meta.dirname, `../../messages/${language}.json`), "utf8"));
  return messages;
};
const ru = read("ru");
const en = read("en");

const sentences = (message: string | Variants): string[] =>
  typeof message === "string" ? [message] : message.flatMap((variant) => Object.values(variant.match));
const gaps = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((gap) => gap[1]).sort();

test("both languages have the same keys", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(ru).sort());
  expect(Object.keys(ru).length).toBeGreaterThan(300);
});

test("no sentence is empty, and both languages have the same gaps in it", () => {
  for (const key of Object.keys(ru)) {
    for (const sentence of [...sentences(ru[key]!), ...sentences(en[key]!)]) {
      expect(sentence.trim(), key).not.toBe("");
      expect(gaps(sentence), key).toEqual(gaps(sentences(ru[key]!)[0]!));
    }
  }
});

test("Russian plurals have three forms, English ones two", () => {
  const plurals = Object.keys(ru).filter((key) => typeof ru[key] !== "string");
  expect(plurals.length).toBeGreaterThan(2);
  for (const key of plurals) {
    expect(sentences(ru[key]!).length, key).toBe(3);
    expect(sentences(en[key]!).length, key).toBe(2);
  }
});

test("every value of every enumeration has its plain sentence", () => {
  const needed = [
    ...Object.values(opora.Verdict).map((v) => `verdict_${v}`),
    ...Object.values(opora.Reason).map((v) => `reason_${v}`),
    ...Object.values(opora.HintCode).map((v) => `hint_${v}`),
    ...Object.values(opora.StepCode).map((v) => `step_${v}`),
    ...Object.values(opora.Kind).map((v) => `kind_${v}`),
    ...Object.values(opora.Code),
    ...Object.values(access.State).map((v) => `state_${v}`),
    ...Object.values(opora.Reason).filter((v) => v !== opora.Reason.Ok).map((v) => `reply_${v}`),
    "reply_other",
  ];
  expect(needed.filter((key) => typeof ru[key] !== "string")).toEqual([]);
});

test("what intake warns of has its sentence", () => {
  const source = readFileSync(join(import.meta.dirname, "../../../backend/intake/intake.go"), "utf8");
  const codes = [...source.matchAll(/WarningCode = "(\w+)"/g)].map((code) => `warning_${code[1]}`);
  expect(codes.length).toBeGreaterThan(8);
  expect(codes.filter((key) => typeof ru[key] !== "string")).toEqual([]);
});

test("replies to the customer ask for nothing secret in the clear and name no more than is known", () => {
  for (const [key, message] of Object.entries({ ...ru })) {
    if (!key.startsWith("reply_")) continue;
    for (const gap of gaps(message as string)) expect(["address", "login", "said"], key).toContain(gap);
  }
});

test("notifications are fixed texts", () => {
  for (const catalogue of [ru, en])
    for (const [key, message] of Object.entries(catalogue)) if (key.startsWith("notification_")) expect(gaps(message as string), key).toEqual([]);
});

test("a keyring that is not there is explained for each system", () => {
  for (const catalogue of [ru, en])
    for (const key of ["error_keyring_missing", "error_keyring_locked", "doctor_keyring_missing"])
      for (const system of ["Linux", "Windows", "macOS"]) expect(catalogue[key], key).toContain(system);
});
