import { expect, test } from "vitest";
import { Trail } from "./trail";

const step = (article: number, anchor = "") => ({ article, anchor, top: 0 });

test("back and forward lead through what was read, to where it was left", () => {
  const trail = new Trail();
  trail.go(step(1));
  trail.leave(400);
  trail.go(step(2));
  trail.go(step(2, "x"));
  expect(trail.move(-1)).toEqual(step(2));
  expect(trail.move(-1)).toEqual({ ...step(1), top: 400 });
  expect([trail.canBack, trail.move(-1)]).toEqual([false, undefined]);
  expect(trail.move(1)).toEqual(step(2));
});

test("a new way forgets what lay ahead", () => {
  const trail = new Trail();
  for (const id of [1, 2, 3]) trail.go(step(id));
  trail.move(-1);
  trail.go(step(4));
  expect(trail.canForward).toBe(false);
  expect(trail.move(-1)).toEqual(step(2));
});

test("walking through a list leaves one step, and the same place none", () => {
  const trail = new Trail();
  trail.go(step(1));
  trail.go(step(2));
  for (const id of [3, 4, 5]) trail.go(step(id), true);
  trail.go(step(5));
  expect(trail.move(-1)).toEqual(step(1));
});

test("the trail does not grow without end", () => {
  const trail = new Trail();
  for (let id = 1; id <= 1000; id++) trail.go(step(id));
  let steps = 1;
  while (trail.move(-1)) steps++;
  expect(steps).toBeLessThanOrEqual(200);
  expect(trail.here!.article).toBe(1000 - steps + 1);
});
