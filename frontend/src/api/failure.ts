import { opora } from "../../wailsjs/go/models";

export const { Code } = opora;
export type Code = opora.Code;

/** What the page learns of an error: a code that names its sentence, and the field it belongs to. */
export class Failure extends Error {
  constructor(
    readonly code: Code,
    readonly field = "",
  ) {
    super(code);
  }
}

/** Runs a bound call and turns whatever it rejects with into a Failure. */
export async function call<T>(bound: Promise<T>): Promise<T> {
  try {
    return await bound;
  } catch (reason) {
    throw failureOf(reason);
  }
}

/** Tries something; says whether it went well, and tells of the failure when not. */
export async function went(work: () => Promise<unknown>, fail: (failure: Failure) => void): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (reason) {
    fail(failureOf(reason));
    return false;
  }
}

/** Reads the JSON that the bridge puts into the message of the error it rejects with. */
export function failureOf(reason: unknown): Failure {
  if (reason instanceof Failure) return reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  try {
    const { code, field } = JSON.parse(text) as { code?: Code; field?: string };
    if (code && codes.has(code)) return new Failure(code, field ?? "");
  } catch {
    // Not ours: Wails itself refused the call, and its words are no sentence for the operator.
  }
  return new Failure(Code.Unexpected);
}

const codes = new Set<string>(Object.values(Code));
