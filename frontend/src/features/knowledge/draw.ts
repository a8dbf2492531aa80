import { picture, type Node, type NodeKind } from "../../api/articles";

/** A heading of an article, for its table of contents. */
export type Heading = { text: string; level: number; anchor: string; element: HTMLElement };

/** What came of the nodes so far. */
export type Drawing = { headings: Heading[]; anchors: Map<string, HTMLElement>; blocks: number; nodes: number };

/** An empty drawing. */
export const begin = (): Drawing => ({ headings: [], anchors: new Map(), blocks: 0, nodes: 0 });

/** What each kind becomes. The rest of an element is set here too, word by word: nothing of an import names an element,
 *  an attribute or an address that would be loaded. */
const tags: Record<Exclude<NodeKind, "text" | "h" | "pre" | "a" | "img" | "table">, keyof HTMLElementTagNameMap> = {
  p: "p", ul: "ul", ol: "ol", li: "li", quote: "blockquote", note: "aside", code: "code", strong: "strong", em: "em", del: "del",
  sub: "sub", sup: "sup", kbd: "kbd", tr: "tr", td: "td", th: "th", dl: "dl", dt: "dt", dd: "dd", hr: "hr", br: "br",
};

const notes = ["note", "tip", "warning", "danger"];

/** Draws nodes into an element, one at each step, so that a long article can be drawn in slices. Only text nodes and the
 *  elements above are made. `title` is what stands above the article already: a first heading that repeats it is left out. */
export function* draw(drawing: Drawing, nodes: readonly Node[], into: HTMLElement, title: string): Generator<void, void> {
  const stack: { nodes: readonly Node[]; at: number; into: HTMLElement }[] = [{ nodes, at: 0, into }];
  while (stack.length) {
    const top = stack[stack.length - 1]!;
    const node = top.nodes[top.at++];
    if (!node) {
      stack.pop();
      continue;
    }
    drawing.nodes++;
    if (node.k === "h" && drawing.nodes === 1 && plain(node).trim() === title.trim()) {
      if (node.id) drawing.anchors.set(node.id, into);
      continue;
    }
    const inner = element(node, top.into, drawing);
    if (inner && node.c?.length) stack.push({ nodes: node.c, at: 0, into: inner });
    yield;
  }
}

/** Makes one node and gives what its children go into. */
function element(node: Node, into: HTMLElement, drawing: Drawing): HTMLElement | undefined {
  const text = node.t ?? "";
  switch (node.k) {
    case "text":
      into.append(text);
      return undefined;
    case "h":
      return heading(node, into, drawing);
    case "pre":
      block(text, node.lang ?? "", into, drawing);
      return undefined;
    case "a":
      return link(node, into);
    case "img":
      image(node, into, drawing.nodes > early);
      return undefined;
    case "table": {
      const box = add(into, "div");
      box.className = "table";
      box.tabIndex = 0; // a wide one is scrolled by keyboard too
      return add(box, "table");
    }
    default: {
      const tag = tags[node.k];
      if (!tag) return undefined; // a kind that is new on the other side is left out
      const made = add(into, tag);
      if (text) made.append(text);
      if (node.id) drawing.anchors.set(node.id, made);
      if (node.k === "ol" && Number.isInteger(node.n) && node.n !== 1 && node.n !== undefined) (made as HTMLOListElement).start = node.n;
      if (node.k === "note") made.dataset.sort = notes.includes(node.lang ?? "") ? node.lang : "note";
      return made;
    }
  }
}

function heading(node: Node, into: HTMLElement, drawing: Drawing): HTMLElement {
  // The article's title is the first level; what an import calls the first comes right below it.
  const level = Math.min(6, Math.max(2, node.n ?? 2));
  const made = add(into, `h${level}` as "h2");
  made.tabIndex = -1;
  const anchor = node.id ?? "";
  if (anchor) drawing.anchors.set(anchor, made);
  const text = plain(node).replace(/\s+/g, " ").trim();
  if (text) drawing.headings.push({ text, level, anchor, element: made });
  if (node.t) made.append(node.t);
  return made;
}

function block(text: string, lang: string, into: HTMLElement, drawing: Drawing) {
  const box = add(into, "div");
  box.className = "block";
  const pre = add(box, "pre");
  pre.tabIndex = 0;
  const code = add(pre, "code");
  code.append(text);
  if (/^[\w+#.-]{1,20}$/.test(lang)) box.dataset.lang = lang;
  const copy = add(box, "button");
  copy.type = "button";
  copy.dataset.block = String(drawing.blocks++);
  copy.dataset.apart = "";
}

function link(node: Node, into: HTMLElement): HTMLElement {
  const made = add(into, "span");
  if (!node.to) return made;
  made.setAttribute("role", "link");
  made.tabIndex = 0;
  made.dataset.to = node.to;
  if (!node.to.startsWith("#") && !node.to.startsWith("page:")) made.dataset.outside = "";
  if (node.t) made.append(node.t);
  return made;
}

/** A picture among so many first nodes is loaded at once: it is on this machine. */
const early = 400;

function image(node: Node, into: HTMLElement, lazy: boolean) {
  const address = picture(node.to ?? "");
  if (!address) {
    into.append(node.t ?? "");
    return;
  }
  const made = add(into, "img");
  if (lazy) made.loading = "lazy";
  made.decoding = "async";
  made.alt = node.t ?? "";
  const side = (n?: number) => Math.min(20_000, Math.max(1, Math.round(n ?? 0)));
  if (node.w && node.h) {
    made.width = side(node.w);
    made.height = side(node.h);
  }
  made.src = address;
}

function add<T extends keyof HTMLElementTagNameMap>(into: HTMLElement, tag: T): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  into.append(made);
  return made;
}

/** How many nodes there are, counted no further than is of interest. */
export function countNodes(nodes: readonly Node[], enough: number): number {
  let count = 0;
  const stack = [nodes];
  for (let some = stack.pop(); some && count < enough; some = stack.pop()) {
    count += some.length;
    for (const node of some) if (node.c) stack.push(node.c);
  }
  return count;
}

/** The text of a node and all in it. */
export function plain(node: Node): string {
  let text = "";
  const stack: Node[] = [node];
  for (let one = stack.pop(); one; one = stack.pop()) {
    text += one.t ?? "";
    for (let i = (one.c?.length ?? 0) - 1; i >= 0; i--) stack.push(one.c![i]!);
  }
  return text;
}
