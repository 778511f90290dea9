/**
 * What a process that runs for long says of itself, one entry at a time. The level says the consequence: `error`: something is missing
 * from the result until it is mended; `warn`: it is tried again; `info`: all is well. Fields are plain data and hold no secret.
 */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
