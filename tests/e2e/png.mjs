// SPDX-License-Identifier: Apache-2.0
// The pixels of a screenshot: PNG of 8 bits, RGB or RGBA, not interlaced (https://www.w3.org/TR/png-3/, sections 9 and 10).
import { inflateSync } from 'node:zlib';

export function pixels(png) {
  const width = png.readUInt32BE(16), height = png.readUInt32BE(20), kind = png[25];
  if (png[24] !== 8 || ![2, 6].includes(kind) || png[28] !== 0) throw new Error('a kind of PNG that is not read here');
  const data = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(data)), size = kind === 6 ? 4 : 3, row = width * size;
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)], from = y * (row + 1) + 1, to = y * row;
    for (let x = 0; x < row; x++) {
      const left = x >= size ? out[to + x - size] : 0, up = y > 0 ? out[to + x - row] : 0;
      const corner = x >= size && y > 0 ? out[to + x - row - size] : 0;
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = up;
      else if (filter === 3) guess = (left + up) >> 1;
      else if (filter === 4) {
        const p = left + up - corner, a = Math.abs(p - left), b = Math.abs(p - up), c = Math.abs(p - corner);
        guess = a <= b && a <= c ? left : b <= c ? up : corner;
      }
      out[to + x] = raw[from + x] + guess;
    }
  }
  return { width, height, at: (x, y) => [...out.subarray(y * row + x * size, y * row + x * size + 3)] };
}

/* WCAG 2.2, definitions of "relative luminance" and "contrast ratio". */
function luminance(rgb) {
  const [r, g, b] = rgb.map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
