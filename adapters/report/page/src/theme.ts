// Light, dark, or as the system says.
import { h } from "./dom";

type Theme = "auto" | "light" | "dark";
const kNext: Record<Theme, Theme> = { auto: "dark", dark: "light", light: "auto" };
const kSign: Record<Theme, string> = { auto: "◐", light: "☀", dark: "☾" };

export function themeButton(): HTMLElement {
  let theme: Theme = "auto";
  const button = h("button", { type: "button", class: "theme", onclick: () => set(kNext[theme]) });
  const set = (next: Theme) => {
    theme = next;
    if (theme === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    button.textContent = kSign[theme];
    button.title = `Colours: ${theme === "auto" ? "as the system has them" : theme}`;
    button.setAttribute("aria-label", button.title);
  };
  set("auto");
  return button;
}
