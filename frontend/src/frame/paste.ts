import { isTyping } from "../palette/keys";

/** How long the page waits for the webview's own paste before it asks for the clipboard itself. */
const patience = 80;

/** Hears a message that is pasted or dropped anywhere but into a field. Nothing that is dropped ever navigates.
 *  `ask` reads the clipboard where the webview does not tell of a paste outside of fields. */
export function hearPaste(take: (text: string) => void, ask: () => void): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const modal = () => document.querySelector("dialog[open]") !== null;

  const key = (event: KeyboardEvent) => {
    if (event.code !== "KeyV" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (isTyping(event.target) || modal()) return;
    waiting = setTimeout(ask, patience);
  };
  const paste = (event: ClipboardEvent) => {
    if (isTyping(event.target) || modal()) return;
    clearTimeout(waiting);
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain");
    if (text) take(text);
    else ask();
  };
  const over = (event: DragEvent) => event.preventDefault();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const text = event.dataTransfer?.getData("text/plain");
    if (text && !modal()) take(text);
  };

  document.addEventListener("keydown", key);
  document.addEventListener("paste", paste);
  document.addEventListener("dragover", over);
  document.addEventListener("drop", drop);
  return () => {
    clearTimeout(waiting);
    document.removeEventListener("keydown", key);
    document.removeEventListener("paste", paste);
    document.removeEventListener("dragover", over);
    document.removeEventListener("drop", drop);
  };
}
