import * as bound from "../../wailsjs/go/bridge/Customers";
import type { opora } from "../../wailsjs/go/models";
import { call } from "./failure";

export type Customer = opora.Customer;

export const list = (query = "") => call(bound.List(query));
export const find = (id: number) => call(bound.Find(id));
export const add = (name: string) => call(bound.Add(name));
export const rename = (id: number, name: string) => call(bound.Rename(id, name));
