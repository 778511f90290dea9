/**
 * The log of a long-running process. The level tells the consequence: `error`: something is missing
 * from the result until it is fixed; `warn`: it is retried; `info`: all is well. Fields are plain data without secrets.
 */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
