/** How many documents `search` shows to people by default; --json yields all. */
export const SHOWN_HITS = 20;
