import { createContext } from "svelte";
import type { Failure } from "./api/failure";
import type { Hit } from "./api/search";
import type { Commands } from "./palette/command.svelte";
import type { Toasts } from "./ui/toasts.svelte";

/** What every place of the page may use: the words at the foot, the commands, and ways to other places. */
export type Page = {
  toasts: Toasts;
  commands: Commands;
  mac: boolean;
  fail: (failure: Failure) => void;
  openCustomer: (id: number) => void;
  openCredential: (id: number) => void;
  openIntake: () => void;
  openHit: (hit: Hit, query: string) => void; // at its own place, and remembered for the next search
};

export const [getPage, setPage] = createContext<Page>();
