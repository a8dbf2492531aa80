import * as api from "../../api/accesses";
import type { Credential, Draft, Intake } from "../../api/accesses";
import { on } from "../../api/events";
import type { Failure } from "../../api/failure";
import { Code, failureOf, went } from "../../api/failure";
import { Latest } from "../../api/latest";

/** What the place shows on the right: nothing yet, a message being worked on, or a kept access. */
export type Shown = { intake: number } | { credential: number } | undefined;

/** The accesses that are being worked on and those that are kept, and which of them is looked at. */
export class Inbox {
  intakes = $state.raw<readonly Intake[]>([]);
  saved = $state.raw<readonly Credential[]>([]);
  loaded = $state(false);
  shown = $state.raw<Shown>();
  nothing = $state(false); // the last paste had no access in it
  #pending = new Set<Promise<unknown>>();
  #kept = new Latest();

  /** `browser` says whether this machine has a browser for checks. */
  constructor(
    private readonly fail: (failure: Failure) => void,
    readonly browser: () => boolean,
  ) {}

  /** Reads everything and keeps it fresh until the returned function is called. */
  start(): () => void {
    void this.#read();
    const ends = [
      on("intake", (intake) => this.#put(intake)),
      on("intake:removed", (id) => this.#drop(id)),
      on("changed", (noun) => noun === "credentials" && void this.#readSaved()),
    ];
    return () => ends.forEach((end) => end());
  }

  /** How many accesses wait for the operator. */
  get waiting(): number {
    return this.intakes.reduce((sum, i) => sum + i.drafts.filter((d) => d.state !== "saved").length, 0);
  }

  get intake(): Intake | undefined {
    const { shown } = this;
    return shown && "intake" in shown ? this.intakes.find((i) => i.id === shown.intake) : undefined;
  }

  get credential(): Credential | undefined {
    const { shown } = this;
    return shown && "credential" in shown ? this.saved.find((c) => c.id === shown.credential) : undefined;
  }

  /** Takes a customer's message. One without an access in it is told kindly, not as an error. */
  async take(message: string, customerId = 0) {
    this.nothing = false;
    try {
      const intake = await api.take(message);
      this.#put(intake);
      this.shown = { intake: intake.id };
      if (customerId) await api.setCustomer(intake.id, customerId, "");
    } catch (reason) {
      const failure = failureOf(reason);
      if (failure.code !== Code.NothingFound) return this.fail(failure);
      this.nothing = true;
      this.shown = undefined;
    }
  }

  /** Starts an access by hand. */
  async blank(customerId = 0) {
    await this.try(async () => {
      const intake = await api.blank();
      this.nothing = false;
      this.#put(intake);
      this.shown = { intake: intake.id };
      if (customerId) await api.setCustomer(intake.id, customerId, "");
    });
  }

  /** Sends an edit; a check that is started meanwhile waits for it. */
  async edit(draft: Draft, change: api.Change): Promise<boolean> {
    const sent = this.try(() => api.edit(draft.id, change));
    this.#pending.add(sent);
    const done = await sent;
    this.#pending.delete(sent);
    return done;
  }

  async run(intake: Intake) {
    await this.#settled();
    await this.try(() => api.run(intake.id));
  }

  async runOne(draft: Draft) {
    await this.#settled();
    await this.try(() => api.runOne(draft.id));
  }

  /** Calls the Go side; says whether it went well, and tells the operator when not. */
  try(work: () => Promise<unknown>): Promise<boolean> {
    return went(work, this.fail);
  }

  /** Brings back what was discarded last. */
  async undo() {
    await this.try(async () => {
      const intake = await api.undo();
      this.#put(intake);
      this.shown = { intake: intake.id };
    });
  }

  async #settled() {
    await Promise.all(this.#pending);
  }

  async #read() {
    await this.try(async () => {
      const [intakes] = await Promise.all([api.intakes(), this.#readSaved()]);
      this.intakes = intakes;
    });
    this.loaded = true;
  }

  async #readSaved() {
    await this.try(() => this.#kept.take(api.saved(), (saved) => (this.saved = saved)));
  }

  #put(intake: Intake) {
    const known = this.intakes.find((i) => i.id === intake.id);
    if (known && known.revision > intake.revision) return; // an older view that came later
    this.intakes = known ? this.intakes.map((i) => (i.id === intake.id ? intake : i)) : [intake, ...this.intakes];
  }

  #drop(id: number) {
    const at = this.intakes.findIndex((i) => i.id === id);
    this.intakes = this.intakes.filter((i) => i.id !== id);
    if (this.shown && "intake" in this.shown && this.shown.intake === id) {
      const next = this.intakes[Math.min(at, this.intakes.length - 1)];
      this.shown = next && { intake: next.id };
    }
  }
}
