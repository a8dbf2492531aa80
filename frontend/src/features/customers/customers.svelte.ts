import * as api from "../../api/customers";
import type { Customer } from "../../api/customers";
import { on } from "../../api/events";
import { type Failure, went } from "../../api/failure";
import { Latest } from "../../api/latest";

/** The customers, what is looked for among them, and which one is looked at. */
export class Customers {
  all = $state.raw<readonly Customer[]>([]);
  found = $state.raw<readonly Customer[]>([]);
  query = $state("");
  loaded = $state(false);
  shown = $state(0); // id; 0 for none
  #names = $derived(new Map(this.all.map((c) => [c.id, c.name])));
  #all = new Latest();
  #found = new Latest();

  constructor(private readonly fail: (failure: Failure) => void) {}

  /** Reads everything and keeps it fresh until the returned function is called. */
  start(): () => void {
    void this.read();
    return on("changed", (noun) => (noun === "customers" || noun === "credentials") && void this.read());
  }

  get customer(): Customer | undefined {
    return this.all.find((c) => c.id === this.shown);
  }

  name(id: number): string | undefined {
    return this.#names.get(id);
  }

  async read() {
    await this.try(async () => {
      await this.#all.take(api.list(), (all) => (this.all = all));
      await this.look(this.query);
    });
    this.loaded = true;
  }

  /** Finds by a part of the name, or of an address or login of an access. */
  async look(query: string) {
    this.query = query;
    const wanted = query.trim();
    if (!wanted) {
      this.#found.drop();
      this.found = this.all;
      return;
    }
    await this.try(() => this.#found.take(api.list(wanted), (found) => (this.found = found)));
  }

  async add(name: string): Promise<Customer | undefined> {
    let added: Customer | undefined;
    await this.try(async () => {
      added = await api.add(name);
      await this.look("");
      await this.read();
      this.shown = added.id;
    });
    return added;
  }

  async rename(id: number, name: string): Promise<boolean> {
    return this.try(async () => {
      await api.rename(id, name);
      await this.read();
    });
  }

  try(work: () => Promise<unknown>): Promise<boolean> {
    return went(work, this.fail);
  }
}
