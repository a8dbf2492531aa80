/** How large everything is. Sizes are in rem, so the root's font size enlarges the whole page. */
export class Zoom {
  percent = $state(100);

  by(step: number) {
    this.set(this.percent + step);
  }

  set(percent: number) {
    this.percent = Math.min(150, Math.max(80, percent));
    document.documentElement.style.fontSize = `${this.percent}%`;
  }
}
