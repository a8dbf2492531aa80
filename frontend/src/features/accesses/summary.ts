import type { Draft, Intake } from "../../api/accesses";
import { byWord, draftWord, type Tone } from "../../i18n/words";
import { m } from "../../paraglide/messages.js";

/** How far a message is, in one word: what runs, else what needs the operator most. */
export function summary(intake: Intake): { tone: Tone; word: string } {
  const { drafts } = intake;
  if (drafts.some((d) => d.handedOver)) return { tone: "human", word: m.state_handed_over() };
  const busy = drafts.filter((d) => d.state === "checking" || d.state === "waiting").length;
  if (busy) return { tone: "run", word: m.intake_checking({ done: drafts.length - busy + 1, all: drafts.length }) };
  const open = drafts.filter((d) => d.state !== "saved");
  if (!open.length) return { tone: "works", word: m.count_saved({ count: drafts.length }) };
  const proven = (d: Draft) => d.check.finding.verdict === "works" && !byWord(d.check.finding);
  const done = open.filter((d) => d.state === "done");
  const first = done.find((d) => !proven(d)) ?? done[0] ?? open.find((d) => d.failure) ?? open[0]!;
  return draftWord(first);
}
