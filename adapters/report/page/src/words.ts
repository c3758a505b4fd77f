// Numbers and names as people read them; the same words as the text report (../sentences.cpp, ../text_findings.cpp).

export const kLevel = 0.05; // claimed where q is at most this

export function human(value: number): string {
  const units: [number, string][] = [
    [1e12, " T"],
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ];
  for (const [size, name] of units) {
    if (value >= size) return `${digits(value / size)}${name}`;
  }
  return String(value);
}

function digits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value.toFixed(1);
}

export function count(n: number, one: string, many = one + "s"): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

const kExponents = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function power(text: string): string {
  return [...text].map((c) => (c === "-" ? "⁻" : c === "+" ? "" : kExponents[Number(c)])).join("");
}

// 0.0034, 2.5×10⁻⁹; where p underflows, from its logarithm.
export function pText(p: number, logP = 0): string {
  if (p >= 0.001) return String(Number(p.toPrecision(2)));
  if (!(p > 0)) return logP < 0 ? `10${power(String(Math.ceil(logP / Math.LN10)))}` : "below 10⁻³⁰⁰";
  const [mantissa, exponent] = p.toExponential(1).split("e");
  return `${mantissa}×10${power(exponent!)}`;
}

export function fixed(value: number, places = 2): string {
  return (Object.is(value, -0) || Math.abs(value) < 0.5 * 10 ** -places ? 0 : value).toFixed(places);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

// For table cells and tooltips of any number.
export function short(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return Math.abs(value) >= 0.001 && Math.abs(value) < 1e6
    ? String(Number(value.toPrecision(4)))
    : value.toExponential(2);
}

// The middle of a long name goes.
export function shortened(text: string, most = 44): string {
  const letters = [...text.slice(0, 4 * most + 4000)];
  if (letters.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return letters.slice(0, head).join("") + "…" + [...text.slice(-2 * most)].slice(-(most - 1 - head)).join("");
}

// "branches.0" of "branches/branches.0": a branch's name often repeats its group's.
export function nameWithin(group: string, branch: string): string {
  if (branch.length > group.length + 1 && branch.startsWith(group)) {
    const rest = branch.slice(group.length);
    if (rest.startsWith("/") || (/^[._]/.test(rest) && rest.length > 3)) return rest.slice(1);
  }
  return branch;
}

export function listed(texts: string[], most = 6): string {
  const shown = texts.slice(0, most);
  if (texts.length > most) return `${shown.join(", ")} and ${texts.length - most} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

export function spaced(feature: string): string {
  return feature.replaceAll("_", " ");
}

// Decimal strings as large as a report has them: 2^152 as "5.7×10⁴⁵".
export function bigText(decimal: string): string {
  if (decimal.length <= 9) return Number(decimal).toLocaleString("en");
  return `${decimal[0]}.${decimal[1]}×10${power(String(decimal.length - 1))}`;
}

export function log10Of(decimal: string): number {
  if (decimal === "0") return -Infinity;
  return Math.log10(Number(`0.${decimal.slice(0, 15)}`)) + decimal.length;
}
