import type { ObjectSource } from './object.ts';

/** Where a tree begins: plain data from which another process opens the same one. */
export type TreeRef =
  | { readonly type: 'folder'; readonly path: string }
  | {
      readonly type: 's3';
      readonly bucket: string;
      readonly prefix: string;
      /** Who reads, as the lists name them; absent for the caller. */
      readonly reader?: string;
      /** What its objects hold, where the list names it. */
      readonly dataset?: string;
    };

/** Files in nested folders, of which a part can be looked at without listing the rest. Paths end with `/`; the root's is empty. */
export interface ObjectTree {
  /** For messages: `s3://bucket/prefix/` or the folder. */
  readonly name: string;
  readonly ref: TreeRef;
  /** Names of the folders directly below a path, sorted; none if the path does not exist. */
  folders(path: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** All files below a path; none if it does not exist. */
  below(path: string): ObjectSource;
}
