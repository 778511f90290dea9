import { shownLine, shownLines } from '../core/shown-line.ts';

/** Where a command writes. Control characters in texts from outside never reach a terminal. */
export interface Terminal {
  readonly isTTY: boolean;
  /** Writes lines. A text from outside that becomes part of one must pass `shownLine` first, or it could add lines. */
  write(text: string): boolean;
  /** Resolves once the stream has accepted what was written. */
  drained(): Promise<void>;
  /** Shows a line that the next call replaces; on terminals only. */
  status(text: string): void;
  /** For progress bars, which write to the stream themselves. */
  readonly raw: NodeJS.WriteStream;
}

export function terminal(stream: NodeJS.WriteStream): Terminal {
  return {
    isTTY: stream.isTTY,
    write: (text) => stream.write(shownLines(text)),
    drained: () => new Promise((resolve) => stream.once('drain', () => resolve())),
    status(text) {
      if (stream.isTTY) stream.write(`\r\x1b[K${shownLine(text)}`);
    },
    raw: stream,
  };
}
