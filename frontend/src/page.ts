import { createContext } from "svelte";
import type { Failure } from "./api/failure";
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
};

export const [getPage, setPage] = createContext<Page>();
