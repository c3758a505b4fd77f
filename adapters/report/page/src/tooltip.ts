// One box that follows the pointer, or the focus.
import { h, replace } from "./dom";

const box = h("div", { class: "tooltip", role: "status", hidden: true });

export function mountTooltip(): void {
  document.body.append(box);
  addEventListener("scroll", hideTooltip, { passive: true });
}

export function showTooltip(x: number, y: number, ...content: (Node | string | null)[]): void {
  replace(box, content);
  box.hidden = false;
  const { width, height } = box.getBoundingClientRect();
  const left = Math.max(6, Math.min(x + 14, innerWidth - width - 10));
  const top = y + 16 + height > innerHeight ? Math.max(6, y - height - 12) : y + 16;
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

export function hideTooltip(): void {
  box.hidden = true;
}
