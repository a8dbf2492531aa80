import { m } from "../paraglide/messages.js";
import { HintCode, Kind, Reason, StepCode, Verdict, type Check, type Credential, type Draft, type Finding, type Step, type Warning } from "../api/accesses";
import type { Code, Failure } from "../api/failure";
import type { Note } from "../api/notes";
import type { Line } from "../api/system";
import { language } from "./language.svelte";

/** The catalogue for codes that have no type here: a code that is new on the other side may have no sentence yet. */
const byName = m as unknown as Partial<Record<string, (inputs?: { detail: string }) => string>>;

/** The colour and sign of a word: a verdict, or where a draft is on its way. */
export type Tone = "works" | "rejected" | "unreachable" | "human" | "unknown" | "run" | "plain";

export const kindWord = (kind: Kind) => m[`kind_${kind || Kind.Web}`]();
export const errorSentence = (code: Code) => (m[code] ?? m.error_unexpected)();
export const failureSentence = (failure: Failure) => errorSentence(failure.code);

/** What a finding says first. */
export function reasonSentence(finding: Finding): string {
  if (wantsBrowser(finding)) return m.reason_needs_browser();
  const word = byWord(finding) ? byName[`reason_${finding.reason}_by_word`] : undefined;
  return word ? word() : (m[`reason_${finding.reason}`] ?? m.reason_ambiguous)();
}

const has = (finding: Finding, ...codes: string[]) => (finding.hints ?? []).some((hint) => codes.includes(hint.code));

/** Whether nothing but a browser was missing to an answer. */
const wantsBrowser = (finding: Finding) =>
  finding.reason === Reason.Unsupported && has(finding, HintCode.NeedsBrowser, HintCode.NoBrowser, HintCode.BrowserFault);

/** Whether the verdict is the operator's word and not a proof. */
export const byWord = (finding: Finding) => has(finding, HintCode.ByOperator);
export const verdictWord = (verdict: Verdict) => (m[`verdict_${verdict}`] ?? m.verdict_unknown)();

/** The tone of a verdict. */
export function verdictTone(verdict: Verdict): Tone {
  return verdict === Verdict.NeedsHuman ? "human" : verdict || "unknown";
}

/** The word and tone of a draft, wherever it is on its way. */
export function draftWord(draft: Draft): { tone: Tone; word: string } {
  if (draft.failure && draft.state === "done")
    return { tone: "human", word: draft.checked && draft.check.finding.verdict === Verdict.Works ? m.state_unsaved() : m.state_failed() };
  if (draft.checked && (draft.state === "done" || draft.state === "saved")) return findingWord(draft.check.finding);
  if (draft.handedOver && draft.state === "checking") return { tone: "human", word: m.state_handed_over() };
  return { tone: draft.state === "checking" ? "run" : "plain", word: m[`state_${draft.state}`]() };
}

/** The word and tone of a kept credential. */
export function credentialWord(credential: Credential): { tone: Tone; word: string } {
  if (credential.forgotten) return { tone: "plain", word: m.state_forgotten() };
  if (credential.missing) return { tone: "rejected", word: m.state_missing() };
  const { finding } = credential.check;
  return finding.verdict ? findingWord(finding) : { tone: "unknown", word: m.state_unproven() };
}

/** The word of a verdict; a login that only the operator has seen is no proof and does not look like one. */
function findingWord(finding: Finding): { tone: Tone; word: string } {
  if (finding.verdict === Verdict.Works && byWord(finding)) return { tone: "human", word: m.state_by_word() };
  return { tone: verdictTone(finding.verdict), word: verdictWord(finding.verdict) };
}

/** The sentences that follow the reason's own. Details come from the far side: they are shown as text only. */
export function hintSentences(finding: Finding): string[] {
  const said: string[] = wantsBrowser(finding) ? [HintCode.NeedsBrowser] : [];
  return (finding.hints ?? []).filter(({ code }) => !said.includes(code)).map(({ code, detail }) => {
    const say = m[`hint_${code}`];
    return say ? say({ detail: code === HintCode.WaitUntil ? moment(detail) : detail }) : detail;
  });
}

/** One line of evidence. A step without a detail ends where the detail would begin. */
export function stepSentence({ step, detail }: Step): string {
  const say = m[`step_${step}`];
  if (step === StepCode.Decision) detail = decisionWord(detail);
  if (step === StepCode.Word) detail = byName[`handover_${detail}`]?.() ?? detail;
  return say ? say({ detail }).replace(/[:\s]+$/, "") : detail;
}

/** What decided, by its sign or by the reason that a server gave. */
export function decisionWord(sign: string): string {
  const say = byName[`decision_${sign}`];
  if (say) return say();
  return byName[`reason_${sign}`] ? m.decision_answer() : sign;
}

/** What was cleaned or noticed while reading the message. */
export function warningSentence(warning: Warning): string {
  const say = byName[`warning_${warning.code}`];
  return say ? say({ detail: warning.detail }) : warning.detail;
}

/** The name of a field of the form; empty for what is no field. */
export function fieldWord(field: string): string {
  const say = byName[`field_${field}`];
  return say ? say() : "";
}

/** What spoke to the far side. */
export function engineWord(check: Check): string {
  const say = byName[`engine_${check.finding.engine}`];
  return say ? say() : check.finding.engine;
}

/** A note about an access in the language of now; it is kept without words. */
export function noteSentence({ kind, address, login, proven, check }: Note): string {
  const word = kindWord(kind);
  if (!proven && check.finding.verdict === Verdict.Works)
    return login ? m.note_by_word({ kind: word, address, login }) : m.note_by_word_no_login({ kind: word, address });
  if (proven) return login ? m.note_proven({ kind: word, address, login }) : m.note_proven_no_login({ kind: word, address });
  return login ? m.note_unproven({ kind: word, address, login }) : m.note_unproven_no_login({ kind: word, address });
}

function moment(detail: string): string {
  const at = new Date(detail);
  if (Number.isNaN(at.getTime())) return detail;
  return new Intl.DateTimeFormat(language.current, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** What Opora found of one thing of this machine, and what to do where it is not there. */
export function doctorSentence({ name, state, detail, code }: Line): string {
  const say = byName[state === "ok" ? `doctor_${name}` : `doctor_${name}_${state}`];
  const sentence = say ? say({ detail }).replace(/[:\s]+$/, "") : detail;
  return state === "broken" && code ? `${sentence} ${errorSentence(code)}` : sentence;
}
