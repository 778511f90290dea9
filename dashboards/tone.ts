/** Whether a value is good, bad or neither. */
export type Tone = 'good' | 'bad' | 'calm';

/** The tone of a state of a resource, alarm, job, outcome or run. */
export function tone(state: string): Tone {
  if (/^(running|available|ok|success|succeeded|completed|active)$/i.test(state)) return 'good';
  return /^(alarm|failure|failed|error|aborted|expired|partial)$/i.test(state) ? 'bad' : 'calm';
}
