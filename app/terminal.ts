import { shownLine, shownLines } from '../core/shown-line.ts';

/** Where a command writes: nothing that comes from outside reaches a terminal as a control character. */
export interface Terminal {
  readonly isTTY: boolean;
  /** Lines of ours; a text from outside that is part of one goes through `shownLine` before, or it could add lines. */
  write(text: string): boolean;
  /** Resolves once what was written is taken. */
  drained(): Promise<void>;
  /** A line that the next one of these replaces; on a terminal only. */
  status(text: string): void;
  /** For progress bars, which paint by themselves. */
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
