// Lists of one number per unit as the library packs them (../../html_data.cpp), and plain ones of a report as it is.
import type { Assigned } from "./report";

export interface Packed {
  low: number;
  high: number;
  bytes: string; // base64
}

export type Numbers = Packed | number[] | null | undefined;

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

export function isNumbers(value: unknown): value is Packed | number[] {
  return (
    Array.isArray(value) || (typeof value === "object" && value !== null && typeof (value as Packed).bytes === "string")
  );
}

// Empty where the list was left out.
export function numbersOf(value: Numbers): number[] {
  if (!value) return [];
  if (Array.isArray(value)) return value;
  const span = value.high - value.low;
  return Array.from(bytesOf(value.bytes), (byte) => value.low + (byte / 255) * span);
}

export function assignedOf(value: string | Assigned[] | undefined): Assigned[] {
  if (typeof value !== "string") return value ?? [];
  const bytes = bytesOf(value),
    out: Assigned[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const code = bytes[i]!;
    if (code !== 255)
      out.push({ unit: i / 2, factor: code >> 1, pole: code & 1 ? 1 : -1, confidence: bytes[i + 1]! / 255 });
  }
  return out;
}
