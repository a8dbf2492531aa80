import * as bound from "../../wailsjs/go/bridge/Snippets";
import type { bridge, opora } from "../../wailsjs/go/models";
import { call } from "./failure";

export type Snippet = opora.Snippet;
export type Tally = bridge.Tally;

export const list = (tag: string, from: number, count: number) => call(bound.List(tag, from, count));
export const tally = () => call(bound.Tally());
export const find = (id: number) => call(bound.Find(id));
export const add = (snippet: Snippet) => call(bound.Add(snippet));
export const save = (snippet: Snippet) => call(bound.Save(snippet));
export const remove = (id: number) => call(bound.Remove(id));
export const copy = (id: number) => call(bound.Copy(id));
export const addStarters = () => call(bound.AddStarters());

/** Both let the operator choose a file; -1 says that none was chosen. */
export const importFile = () => call(bound.Import());
export const exportFile = () => call(bound.Export());
