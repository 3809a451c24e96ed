/** What comes out of a thumbnail's box is decoded only when it says that it is a small JPEG. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { formatOf } from "../src/preview/image_format";
import { fitted } from "../src/preview/small_image";
import { redrawn } from "../src/vault/thumbnails";

afterEach(() => vi.unstubAllGlobals());

/** SOI, segments, and a frame header of this size. */
function jpeg(width: number, height: number, before: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const frame = [0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3];
  return Uint8Array.from([0xff, 0xd8, ...before, ...frame, ...Array<number>(30).fill(0)]);
}

function pixels(bytes: Uint8Array<ArrayBuffer>): number | undefined {
  return formatOf(new DataView(bytes.buffer))?.pixels;
}

function webp(
  chunk: string,
  fields: readonly (readonly [at: number, value: number])[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(40);
  bytes.set(new TextEncoder().encode(`RIFF    WEBP${chunk}`));
  for (const [at, value] of fields) bytes[at] = value;
  return bytes;
}

describe("a picture out of a box", () => {
  const decode = vi.fn(async () => Promise.reject(new Error("decoded")));

  it.each([
    ["text", new TextEncoder().encode("<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'></svg>")],
    ["a PNG", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, ...Array<number>(40).fill(1)])],
    ["a JPEG of 65,500 × 65,500", jpeg(65_500, 65_500)],
    ["a JPEG that is a little too large", jpeg(257, 256)],
    ["a JPEG without height", jpeg(256, 0)],
    [
      "a JPEG that hides its frame behind fill bytes",
      jpeg(65_500, 65_500, [0xff, 0xff, 0xff, 0xc0, 0, 17, 8, 0, 1, 0, 1]),
    ],
    ["nothing", new Uint8Array()],
  ])("is not decoded when it is %s", async (_, bytes) => {
    decode.mockClear();
    vi.stubGlobal("createImageBitmap", decode);
    expect(await redrawn(bytes)).toBeNull();
    expect(decode).not.toHaveBeenCalled();
  });

  it("is decoded when it says it is small, and is none when it is not", async () => {
    decode.mockClear();
    vi.stubGlobal("createImageBitmap", decode);
    expect(await redrawn(jpeg(256, 256))).toBeNull();
    expect(decode).toHaveBeenCalledOnce();
  });
});

describe("sizes", () => {
  it("are read of all kinds of WebP", () => {
    expect(
      pixels(
        webp("VP8X", [
          [24, 99],
          [27, 199],
        ]),
      ),
    ).toBe(100 * 200);
    expect(
      pixels(
        webp("VP8L", [
          [20, 0x2f],
          [21, 0xff],
          [22, 0xff],
          [23, 0xff],
          [24, 0x0f],
        ]),
      ),
    ).toBe(16_384 ** 2);
    expect(
      pixels(
        webp("VP8 ", [
          [26, 100],
          [28, 200],
        ]),
      ),
    ).toBe(100 * 200);
    expect(pixels(webp("VPxx", []))).toBe(0);
  });

  it("are fitted into the square, never enlarged, never nothing", () => {
    expect(fitted({ width: 4000, height: 3000 })).toEqual({ width: 256, height: 192 });
    expect(fitted({ width: 20, height: 10 })).toEqual({ width: 20, height: 10 });
    expect(fitted({ width: 40_000, height: 1 })).toEqual({ width: 256, height: 1 });
  });
});
