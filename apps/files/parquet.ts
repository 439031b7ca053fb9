/** Parquet files as tables of texts, through hyparquet. What cells mean is for the data sets to say. */
import zlib from "node:zlib";
import type { TextTable } from "#stdlib/datasets/dataset";
import { RuntimeFault } from "#runtime/fault";

type Decompress = (bytes: Uint8Array) => Uint8Array;

/** Node has it from 22.15 on; its types here are those of the oldest Node that is supported. */
const { zstdDecompressSync } = zlib as typeof zlib & { readonly zstdDecompressSync?: Decompress };

/** Snappy is hyparquet's own; the others are Node's. */
const compressors: Readonly<Record<string, Decompress>> = {
  GZIP: (bytes) => new Uint8Array(zlib.gunzipSync(bytes)),
  BROTLI: (bytes) => new Uint8Array(zlib.brotliDecompressSync(bytes)),
  ...(zstdDecompressSync === undefined
    ? {}
    : { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) }),
};

/** Throws RuntimeFault "bad-data": no parquet file, an unknown compression, a column of lists or structures. */
export async function readParquet(bytes: Uint8Array, path: string): Promise<TextTable> {
  const { parquetMetadata, parquetReadObjects } = await import("hyparquet");
  const file = new Uint8Array(bytes).buffer;
  try {
    const metadata = parquetMetadata(file);
    const header = metadata.schema.filter((_, i) => i > 0).map(({ name }) => name);
    const nested = metadata.schema.slice(1).find(({ num_children }) => (num_children ?? 0) > 0);
    if (nested !== undefined) {
      throw new RuntimeFault(
        "bad-data",
        `${path}: the column \`${nested.name}\` holds lists or structures`,
        "write a table whose cells are single values",
      );
    }
    const rows = await parquetReadObjects({ file, metadata, compressors });
    return { header, columns: header.map((name) => rows.map((row) => textOf(row[name]))) };
  } catch (error) {
    if (error instanceof RuntimeFault) throw error;
    const what = error instanceof Error ? error.message.trim() : String(error);
    throw new RuntimeFault(
      "bad-data",
      `${path}: it cannot be read as parquet (${what})`,
      "copy it again, or write it with snappy or gzip compression, or as CSV",
    );
  }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return value instanceof Date ? value.toISOString() : String(value);
}
