import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "./toasts.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what can be taken back is done when the way back has closed, and only then", () => {
  const toasts = new Toasts();
  const back = vi.fn();
  const done = vi.fn();
  toasts.undoable(() => "removed", () => "undo", back, done);
  vi.advanceTimersByTime(7000);
  expect(done).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2000);
  expect(done).toHaveBeenCalledOnce();
  expect(back).not.toHaveBeenCalled();
  expect(toasts.all).toEqual([]);
});

test("taken back in time, it is never done", () => {
  const toasts = new Toasts();
  const back = vi.fn();
  const done = vi.fn();
  toasts.undoable(() => "removed", () => "undo", back, done);
  toasts.act(toasts.all[0]!.id);
  vi.advanceTimersByTime(60_000);
  expect(back).toHaveBeenCalledOnce();
  expect(done).not.toHaveBeenCalled();
});

test("more than three words push out the oldest, and what it carried is done", () => {
  const toasts = new Toasts();
  const done = vi.fn();
  toasts.undoable(() => "removed", () => "undo", () => {}, done);
  for (const word of ["a", "b", "c"]) toasts.say(() => word);
  expect(toasts.all.map((toast) => toast.text())).toEqual(["a", "b", "c"]);
  expect(done).toHaveBeenCalledOnce();
});
