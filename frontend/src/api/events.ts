import type { access, bridge, opora } from "../../wailsjs/go/models";
import { EventsOn } from "../../wailsjs/runtime/runtime";

/** What the Go side tells without being asked, and what each event carries. */
export type Events = {
  intake: access.Intake;
  "intake:removed": number;
  changed: "customers" | "credentials" | "notes" | "settings" | "snippets" | "sources";
  import: opora.Progress;
  finished: string;
  state: bridge.State;
  show: string;
};

/** Listens until the returned function is called. */
export function on<E extends keyof Events>(event: E, hear: (data: Events[E]) => void): () => void {
  return EventsOn(event, hear as (data: unknown) => void);
}
