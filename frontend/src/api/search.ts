import * as bound from "../../wailsjs/go/bridge/Search";
import { opora } from "../../wailsjs/go/models";
import { call } from "./failure";

export const { Set: In } = opora;
export type In = opora.Set;
export type Answer = opora.Answer;
export type Hit = opora.Hit;
export type Span = opora.Span;

export const find = (query: string, sets: readonly In[], limit: number) => call(bound.Find(query, [...sets], limit));
export const chose = (set: In, id: number, query: string) => call(bound.Chose(set, id, query));
