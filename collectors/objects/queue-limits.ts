/**
 * The longest time that SQS waits for a message: it needs the fewest calls, and causes no delay, since SQS answers as soon as a message
 * comes.
 */
export const LONG_POLL_SECONDS = 20;
/** SQS's limit for every batch. */
export const MESSAGES_PER_RECEIVE = 10;
