// Kernels of a branch's own units: its filters on the image where it reads the image, else linearised ones of its last layer.
import type { Index } from "./index";
import { kFewPixels, kernelUrls } from "./kernels";
import type { Branch, Group } from "./report";

export interface Gallery {
  urls: string[]; // of all units, in order
  crisp: boolean;
  linearised: boolean;
  layer: string;
}

export function galleryOf(index: Index, branch: Branch, group: Group): Gallery | undefined {
  const drawn = branch.layers.filter((range) => index.picturesOf(range.layer, group.graph));
  const first = drawn[0];
  if (!first) return undefined;
  const exact = index.featuresOf(first.layer, group.graph)?.linearised === false;
  const range = exact ? first : drawn.at(-1)!;
  const pictures = index.picturesOf(range.layer, group.graph)!;
  const urls = kernelUrls(pictures).slice(range.begin, range.end);
  return urls.length === 0
    ? undefined
    : { urls, crisp: pictures.width < kFewPixels, linearised: !exact, layer: range.layer };
}

// At most so many of them, evenly spaced: not the best ones.
export function sampled<T>(all: T[], most: number): T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)]!);
}
