import * as bound from "../../wailsjs/go/bridge/Notes";
import type { opora } from "../../wailsjs/go/models";
import { call } from "./failure";

export type Note = opora.Note;

export const list = (customerId: number) => call(bound.List(customerId));
export const add = (customerId: number, text: string) => call(bound.Add(customerId, text));
export const remove = (id: number) => call(bound.Remove(id));
