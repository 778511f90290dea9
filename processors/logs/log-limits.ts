/** A longer line is a dead letter. CloudWatch Logs, whose messages are the longest, has a limit of 1 MB for an event. */
export const MAX_LINE_BYTES = 1024 * 1024;
