/**
 * Images a second from JPEG files: cold, from memory and from the cache on disk. `node -C source --import tsx test/bench/data.ts`
 * makes 2,000 noisy files of CelebA's size in a temporary folder.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { createReader } from "../../apps/files/reader.ts";
import { createStream } from "../../runtime/random.ts";
import { datasets } from "../../stdlib/datasets/index.ts";

const count = 2000;
const home = mkdtempSync(join(tmpdir(), "causal-data-"));
process.env.CAUSAL_CACHE_DIR = join(home, "cache");
try {
  mkdirSync(join(home, "images"));
  const lines = ["Male"];
  for (let i = 0; i < count; i++) {
    const stream = createStream(1, "picture", i);
    // blocks of 9 x 11 pixels enlarged: edges and shades as in a photograph, files of about 10 kB
    const small = Uint8Array.from({ length: 20 * 20 * 3 }, () => stream.integer(256));
    const name = `${String(i).padStart(6, "0")}.jpg`;
    const bytes = await sharp(small, { raw: { width: 20, height: 20, channels: 3 } })
      .resize(178, 218, { fit: "fill" })
      .jpeg({ quality: 90 })
      .toBuffer();
    writeFileSync(join(home, "images", name), bytes);
    lines.push(`${name} ${i % 2 === 0 ? 1 : -1}`);
  }
  writeFileSync(join(home, "list_attr_celeba.txt"), `${lines.join("\n")}\n`);

  const celeba = datasets.get("celeba")!;
  const defaults = Object.fromEntries(celeba.parameters.map((p) => [p.name, p.default ?? null]));
  const open = (cache: string) => celeba.open({ ...defaults, path: home, cache }, createReader(home));
  const rate = async (name: string, pass: () => Promise<unknown>) => {
    const began = performance.now();
    await pass();
    const seconds = (performance.now() - began) / 1000;
    console.log(`${name.padEnd(44)} ${Math.round(count / seconds)} images/s`);
  };
  const out = new Float32Array(64 * 3 * 64 * 64);
  const batches = async (source: Awaited<ReturnType<typeof open>>) => {
    const order = createStream(2).permutation(count);
    for (let at = 0; at < count; at += 64) await source.image!.read(order.slice(at, at + 64), out);
  };
  for (let time = 1; time <= 2; time++) {
    console.log(`pass ${time}`);
    const [none, memory, disk] = [await open("none"), await open("memory"), await open("disk")];
    await rate("looking all files up (open)", () => open("memory"));
    await rate("cold: batches of 64 from files", () => batches(none));
    await rate("scan into memory", () => memory.image!.files!.scan());
    await rate("warm: batches of 64 from memory", () => batches(memory));
    await rate(time === 1 ? "scan onto disk" : "scan of what is on disk", () => disk.image!.files!.scan());
    await rate("warm: batches of 64 from disk", () => batches(disk));
  }
} finally {
  rmSync(home, { recursive: true });
}
