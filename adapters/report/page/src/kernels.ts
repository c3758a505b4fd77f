// Kernels on the image as pictures: bytes to data URLs.
import { bytesOf } from "./packed";
import type { Pictures } from "./report";

export const kFewPixels = 12; // a side; below it pixels are shown as such
const cache = new WeakMap<Pictures, string[]>();

export function kernelUrls(pictures: Pictures): string[] {
  const known = cache.get(pictures);
  if (known) return known;
  const { height, width } = pictures;
  const bytes = bytesOf(pictures.pixels);
  const size = height * width * 3;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const urls: string[] = [];
  if (context && size > 0) {
    const image = context.createImageData(width, height);
    for (let unit = 0; (unit + 1) * size <= bytes.length; ++unit) {
      for (let i = 0; i < height * width; ++i) {
        for (let channel = 0; channel < 3; ++channel)
          image.data[4 * i + channel] = bytes[unit * size + 3 * i + channel]!;
        image.data[4 * i + 3] = 255;
      }
      context.putImageData(image, 0, 0);
      urls.push(canvas.toDataURL());
    }
  }
  cache.set(pictures, urls);
  return urls;
}
