/**
 * What a data set is: a word of the language that opens to columns and pictures. Files are read through a `Reader` that the
 * caller hands in; nothing here or in the data sets touches a disk.
 */
import type { Constants, DatasetSignature } from "#lang/types/signature";

export interface DecodeOptions {
  /** side of the centred square that is kept, in pixels of the file (at most its smaller side); null keeps it all */
  readonly crop: number | null;
  /** side of the result: the square is averaged down (or repeated up) to it */
  readonly size: number;
}

/** Access to files. Paths are as the program wrote them; relative ones are the reader's business. */
export interface Reader {
  /** The text of a file; a `.gz` file is unpacked. Throws RuntimeFault "missing-file" or "bad-file". */
  text(path: string): Promise<string>;
  /** The bytes of a file; a `.gz` file is unpacked. Throws RuntimeFault "missing-file" or "bad-file". */
  bytes(path: string): Promise<Uint8Array>;
  exists(path: string): Promise<"file" | "directory" | false>;
  /** Names in a directory, sorted; empty where there is none. */
  list(directory: string): Promise<readonly string[]>;
  /** RGB bytes [size, size, 3] of an encoded picture. Throws any error when the bytes are not a picture. */
  decodeImage?(bytes: Uint8Array, options: DecodeOptions): Promise<Uint8Array>;
}

export type Column =
  /** indices of states, spelled as the data set spells them */
  | { readonly kind: "states"; readonly states: readonly string[]; readonly values: Uint8Array }
  | { readonly kind: "real"; readonly values: Float32Array }
  /** cells as written: indices of distinct texts; what they mean is for the type of a node to say */
  | { readonly kind: "text"; readonly texts: readonly string[]; readonly values: Int32Array };

export interface ImageColumn {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** Writes [rows.length, channels, height, width], values in [-1, 1], into the start of `out`. */
  read(rows: Int32Array, out: Float32Array): void | Promise<void>;
}

export interface DataSource {
  readonly rows: number;
  /** by name, in the order of the data set */
  readonly columns: ReadonlyMap<string, Column>;
  /** null where there are labels only */
  readonly image: ImageColumn | null;
  /** the same for the same data: a checkpoint keeps it to notice other data */
  readonly fingerprint: string;
  /** where a row comes from, for messages: "labels.csv:17" */
  place(row: number): string;
}

export interface Dataset extends DatasetSignature {
  /** `args` are complete and checked against the signature. Throws RuntimeFault "missing-file" or "bad-data". */
  open(args: Constants, reader: Reader): Promise<DataSource>;
}
