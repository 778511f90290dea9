/** Good news, bad news, or neither. */
export type Tone = 'good' | 'bad' | 'calm';

/** What a state tells: of resources, alarms, jobs, outcomes and runs. */
export function tone(state: string): Tone {
  if (/^(running|available|ok|success|succeeded|completed|active)$/i.test(state)) return 'good';
  return /^(alarm|failure|failed|error|aborted|expired|partial)$/i.test(state) ? 'bad' : 'calm';
}
