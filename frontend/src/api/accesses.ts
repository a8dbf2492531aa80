import * as bound from "../../wailsjs/go/bridge/Accesses";
import { access, opora, type intake } from "../../wailsjs/go/models";
import { call } from "./failure";

export const { State } = access;
export const { Kind, Verdict, Reason, HintCode, StepCode } = opora;
export type Intake = access.Intake;
export type Draft = access.Draft;
export type Change = access.Change;
export type Segment = intake.Segment;
export type Warning = intake.Warning;
export type Credential = opora.Credential;
export type Check = opora.Check;
export type Finding = opora.Finding;
export type Step = opora.Step;
export type Kind = opora.Kind;
export type Verdict = opora.Verdict;
export type Reason = opora.Reason;

/** One of the secrets of an access, by the name of its field. */
export type Part = "secret" | "key" | "passphrase";

/** What an operator says of the window that is theirs. */
export type Word = "judge" | "works" | "rejected" | "stop";
export type Recipe = opora.Recipe;

export const take = (message: string) => call(bound.Take(message));
export const blank = () => call(bound.Blank());
export const intakes = () => call(bound.Intakes());
export const addDraft = (intakeId: number) => call(bound.AddDraft(intakeId));
export const edit = (draftId: number, change: Change) => call(bound.Edit(draftId, change));
export const setCustomer = (intakeId: number, customerId: number, name: string) =>
  call(bound.SetCustomer(intakeId, customerId, name));
export const run = (intakeId: number) => call(bound.Run(intakeId));
export const runOne = (draftId: number) => call(bound.RunOne(draftId));
export const runAnyway = (draftId: number) => call(bound.RunAnyway(draftId));
export const cancel = (draftId: number) => call(bound.Cancel(draftId));
export const accept = (draftId: number) => call(bound.Accept(draftId));
export const saveByWord = (draftId: number) => call(bound.SaveByWord(draftId));
export const handOver = (draftId: number) => call(bound.HandOver(draftId));
export const say = (draftId: number, word: Word) => call(bound.Say(draftId, word));
export const discard = (draftId: number) => call(bound.Discard(draftId));
export const discardIntake = (intakeId: number) => call(bound.DiscardIntake(intakeId));
export const undo = () => call(bound.Undo());
export const copyRequest = (draftId: number) => call(bound.CopyRequest(draftId));
export const showDraft = (draftId: number, part: Part) => call(bound.ShowDraft(draftId, part));

/** The small picture of the page that a draft's check ended on. */
export async function picture(draftId: number): Promise<Blob> {
  const bytes = Uint8Array.from(atob(await call(bound.Picture(draftId))), (sign) => sign.charCodeAt(0));
  return new Blob([bytes], { type: "image/jpeg" });
}

/** What is known about the site of an access; without a site where nothing is. */
export const recipe = (final: string, typed: string) => call(bound.Recipe(final, typed));
export const forgetRecipe = (site: string) => call(bound.ForgetRecipe(site));

export const saved = (customerId = 0) => call(bound.Saved(customerId));
export const recheck = (credentialId: number, anyway = false) => call(bound.Recheck(credentialId, anyway));
export const show = (credentialId: number, part: Part) => call(bound.Show(credentialId, part));
export const copySecret = (credentialId: number, part: Part) => call(bound.CopySecret(credentialId, part));
export const copyLogin = (credentialId: number) => call(bound.CopyLogin(credentialId));
export const copyAddress = (credentialId: number) => call(bound.CopyAddress(credentialId));
export const forget = (credentialId: number) => call(bound.Forget(credentialId));
