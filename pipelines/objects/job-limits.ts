/** How much one job reads: AWS writes many small objects, and a job for each would cost more in bookkeeping than in work. */
export const JOB_OBJECTS = 64;
export const JOB_BYTES = 32 * 1024 * 1024;
