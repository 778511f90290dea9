import type { Environment } from './environment.ts';
import type { Stop } from './stop-signal.ts';

/** What a command works with instead of the process's own globals. */
export interface CommandContext {
  readonly version: string;
  readonly environment: Environment;
  readonly stop: Stop;
  /** What the command yields. */
  readonly out: NodeJS.WriteStream;
  /** What it says on the way. */
  readonly err: NodeJS.WriteStream;
}
