/** How large everything is. Sizes are in rem, so the root's font size enlarges the whole page. */
export function enlarge(percent: number) {
  document.documentElement.style.fontSize = `${percent || 100}%`;
}
