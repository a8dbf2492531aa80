import { nodeAt, rangeOf, type Found, type Haystack } from "./find";

/** Marks places of a text. Where the webview can, without touching the page; elsewhere by putting elements around them. */
export interface Marks {
  /** Whether marking moves text nodes, so that a haystack is good only until the next clearing. */
  readonly moves: boolean;
  /** Shows these marks of one sort in place of the earlier ones. */
  show(name: MarkName, hay: Haystack, found: readonly Found[]): void;
  clear(): void;
}

export type MarkName = "hit" | "found" | "current";

/** The marks of the webview at hand. */
export function marks(): Marks {
  return typeof Highlight === "function" && CSS.highlights ? highlights() : wrapped();
}

function highlights(): Marks {
  return {
    moves: false,
    show(name, hay, found) {
      CSS.highlights.set(name, new Highlight(...found.map((one) => rangeOf(hay, one))));
    },
    clear() {
      for (const name of ["hit", "found", "current"]) CSS.highlights.delete(name);
    },
  };
}

/** Elements split text nodes: the haystack is mended while they stand, and the nodes are joined again when they go. */
function wrapped(): Marks {
  const shown = new Map<MarkName, HTMLElement[]>();
  const unwrap = (name: MarkName) => {
    const around = new Set<Node | null>();
    for (const mark of shown.get(name) ?? []) {
      around.add(mark.parentNode);
      mark.replaceWith(...mark.childNodes);
    }
    shown.delete(name);
    return around;
  };
  return {
    moves: true,
    show(name, hay, found) {
      unwrap(name); // the pieces stay as they are: the haystack knows them
      const made: HTMLElement[] = [];
      // From the end, so that what lies before keeps its place.
      for (const one of [...found].reverse()) made.push(...wrap(hay, one, name));
      shown.set(name, made);
    },
    clear() {
      for (const around of [...shown.keys()].map(unwrap)) for (const parent of around) parent?.normalize();
    },
  };
}

function wrap(hay: Haystack, [start, end]: Found, name: MarkName): HTMLElement[] {
  const made: HTMLElement[] = [];
  for (let i = nodeAt(hay.starts, end - 1); i >= 0; i--) {
    const node = hay.nodes[i]!;
    const [from, to] = [Math.max(0, start - hay.starts[i]!), Math.min(node.data.length, end - hay.starts[i]!)];
    if (from >= to || !node.parentNode) continue;
    const middle = from > 0 ? node.splitText(from) : node;
    const rest = to - from < middle.data.length ? middle.splitText(to - from) : undefined;
    const mark = document.createElement("mark");
    mark.dataset.mark = name;
    middle.replaceWith(mark);
    mark.append(middle);
    made.push(mark);
    const pieces = [node, middle, rest].filter((piece, at, all): piece is Text => !!piece && all.indexOf(piece) === at);
    let at = hay.starts[i]!;
    hay.nodes.splice(i, 1, ...pieces);
    hay.starts.splice(i, 1, ...pieces.map((piece) => ((at += piece.data.length), at - piece.data.length)));
    if (hay.starts[i]! <= start) break;
  }
  return made;
}
