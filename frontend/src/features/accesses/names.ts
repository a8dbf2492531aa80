import { createContext } from "svelte";

/** The customers' names by id, for rows that only know the id. */
export const [getNames, setNames] = createContext<{ get: (id: number) => string | undefined }>();
