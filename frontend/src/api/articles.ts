import * as bound from "../../wailsjs/go/bridge/Articles";
import { opora, type desk } from "../../wailsjs/go/models";
import { call } from "./failure";

export const { NodeKind, SourceKind } = opora;
export type NodeKind = opora.NodeKind;
export type SourceKind = opora.SourceKind;
export type Article = opora.Article;
export type Page = opora.Page;
export type Node = opora.Node;
export type Source = opora.Source;
export type Report = opora.Report;
export type Progress = opora.Progress;
export type Target = desk.Target;

export const sources = () => call(bound.Sources());
export const list = (source: number, from: number, count: number) => call(bound.List(source, from, count));
export const show = (id: number) => call(bound.Show(id));
export const follow = (id: number, to: string) => call(bound.Follow(id, to));
export const visit = (id: number, to: string) => call(bound.Visit(id, to));
export const importFolder = () => call(bound.ImportFolder());
export const importFile = () => call(bound.ImportFile());
export const importSite = (address: string) => call(bound.ImportSite(address));
export const update = (source: number) => call(bound.Update(source));
export const stop = (source: number) => call(bound.Stop(source));
export const importing = () => call(bound.Importing());
export const remove = (source: number) => call(bound.Remove(source));
export const copyCode = (id: number, block: number) => call(bound.CopyCode(id, block));
export const copyPassage = (id: number, text: string, anchor: string, code: boolean) => call(bound.CopyPassage(id, text, anchor, code));
export const copyAddress = (id: number, anchor: string) => call(bound.CopyAddress(id, anchor));

/** Where a picture of an article is served; empty for what is no id of one. */
export const picture = (id: string) => (/^[0-9a-f]{64}$/.test(id) ? `/image/${id}` : "");
