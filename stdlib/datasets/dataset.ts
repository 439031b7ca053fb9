/**
 * What a data set is: a word of the language that opens to columns and pictures. Files are read through a `Reader` that the
 * caller hands in; nothing here or in the data sets touches a disk.
 */
import type { Constants, DatasetSignature } from "#lang/types/signature";

export interface DecodeOptions {
  /** side of the centred square that is kept, in pixels of the file; null keeps the largest one */
  readonly crop: number | null;
  /** side of the result: the square is averaged down (or repeated up) to it */
  readonly size: number;
}

/** What can be wrong with a picture of a data set. */
export type PictureFlaw =
  | "missing"
  | "no file name"
  | "listed twice"
  | "empty"
  | "truncated"
  | "not a picture"
  | "damaged"
  | "too small";

/** RGB bytes [size, size, 3], or why there are none; `detail` says more, and may be empty. */
export type Decoded = { readonly rgb: Uint8Array } | { readonly flaw: PictureFlaw; readonly detail: string };

export interface FileStamp {
  /** bytes */
  readonly size: number;
  /** when it was last changed, in milliseconds */
  readonly modified: number;
}

/** A folder of numbered files that may be deleted at any time: what is in them can be made again. */
export interface Shards {
  /** for messages */
  readonly directory: string;
  /** All bytes of a shard from byte `start` on, or null where there is none. */
  tail(index: number, start: number): Promise<Uint8Array | null>;
  /** Fills `out` from byte `start` on; false where the shard is not there or too short. */
  read(index: number, start: number, out: Uint8Array): Promise<boolean>;
  /** Writes a whole shard or nothing. Throws RuntimeFault "no-space" or "bad-file". */
  write(index: number, bytes: Uint8Array): Promise<void>;
}

/** Who is told what opening data comes to, and may stop it. */
export interface DataWatch {
  /** something that the user should know: pictures left out, a budget exceeded, a cache that is about to be written */
  notice?(text: string): void;
  /** pictures checked so far */
  progress?(done: number, total: number): void;
  readonly signal?: AbortSignal;
}

/** A table of texts, column by column; an empty text is a cell without a value. */
export interface TextTable {
  readonly header: readonly string[];
  readonly columns: readonly (readonly string[])[];
}

/** Access to files. Paths are as the program wrote them; relative ones are the reader's business. */
export interface Reader {
  /** The text of a file; a `.gz` file is unpacked. Throws RuntimeFault "missing-file" or "bad-file". */
  text(path: string): Promise<string>;
  /** The bytes of a file; a `.gz` file is unpacked. Throws RuntimeFault "missing-file" or "bad-file". */
  bytes(path: string): Promise<Uint8Array>;
  exists(path: string): Promise<"file" | "directory" | false>;
  /** Size and time of a file; null where there is none. */
  stamp(path: string): Promise<FileStamp | null>;
  /** Names in a directory, sorted; empty where there is none. */
  list(directory: string): Promise<readonly string[]>;
  /** Decodes, keeps the centred square and resizes it. */
  decodeImage?(bytes: Uint8Array, options: DecodeOptions): Promise<Decoded>;
  /** Reads a parquet file. Throws RuntimeFault "bad-data". */
  parquet?(bytes: Uint8Array, path: string): Promise<TextTable>;
  /** The cache folder of a key; absent where nothing can be kept. */
  shards?(key: string): Shards;
  readonly watch?: DataWatch;
  /** pictures are not going to be read: of bad ones only those are left out that are known without decoding any */
  readonly labelsOnly?: boolean;
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
  /** pictures that come from files; absent where they are drawn or lie in memory anyway */
  readonly files?: PictureFiles;
}

export interface PictureProblem {
  /** of the file, before rows were left out */
  readonly row: number;
  /** where the row comes from */
  readonly place: string;
  readonly path: string;
  readonly flaw: PictureFlaw;
  readonly detail: string;
}

export interface PictureFiles {
  /** files that the data names */
  readonly count: number;
  /** pictures that lie in the folders of these, and that no row names */
  readonly unlabelled: readonly string[];
  /** what is known to be wrong so far: all of it after `scan` */
  readonly problems: readonly PictureProblem[];
  /** where decoded pictures are kept, in words with their size */
  readonly kept: string;
  /**
   * Reads every picture that is not kept already and keeps it if it may. Throws RuntimeFault "bad-data" with all
   * problems where bad pictures are refused, "interrupted" when it was stopped.
   */
  scan(): Promise<void>;
  /** Decodes the pictures of rows from their files, whatever is kept: for measuring. */
  decode(rows: Int32Array): Promise<void>;
}

export interface DataSource {
  readonly rows: number;
  /** by name, in the order of the data set */
  readonly columns: ReadonlyMap<string, Column>;
  /** null where there are labels only */
  readonly image: ImageColumn | null;
  /** the part that each row has by the maker of the data: 0 train, 1 validation, 2 test; absent where that is not asked for */
  readonly parts?: Uint8Array;
  /** the same for the same data: a checkpoint keeps it to notice other data */
  readonly fingerprint: string;
  /** where a row comes from, for messages: "labels.csv:17" */
  place(row: number): string;
}

export interface Dataset extends DatasetSignature {
  /** `args` are complete and checked against the signature. Throws RuntimeFault "missing-file" or "bad-data". */
  open(args: Constants, reader: Reader): Promise<DataSource>;
}
