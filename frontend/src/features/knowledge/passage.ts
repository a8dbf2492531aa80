import type { Heading } from "./draw";

/** The last heading that something is true for, when it is true for all before it; -1 for none. */
export function headingAt(headings: readonly Heading[], above: (heading: Heading) => boolean): number {
  let low = -1;
  let high = headings.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (above(headings[middle]!)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What is marked within an article, to be copied: its text, whether code is in it, and the anchor that it stands under. */
export function passageOf(selection: Selection | null, root: Element, headings: readonly Heading[]) {
  if (!selection || selection.isCollapsed || !selection.rangeCount) return undefined;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(root)) return undefined;
  const common = range.commonAncestorContainer;
  const holder = common instanceof Element ? common : common.parentElement;
  // Within one block of code every byte counts; elsewhere the webview's own text has the line breaks that are seen.
  const inside = holder?.closest("pre, code");
  const text = inside ? range.toString() : selection.toString();
  if (!text) return undefined;
  const code = !!inside || [...root.querySelectorAll("pre, code")].some((element) => range.intersectsNode(element));
  const at = headingAt(headings, (heading) => range.comparePoint(heading.element, 0) <= 0);
  return { text, code, anchor: headings[at]?.anchor ?? "" };
}
