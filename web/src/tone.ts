/** Whether a state is good news, bad news, or neither: resources', alarms', outcomes' and runs' states. */
export function tone(state: string): 'good' | 'bad' | 'calm' {
  if (/^(running|available|ok|success|succeeded|active)$/i.test(state)) return 'good';
  return /^(alarm|failure|failed|error)$/i.test(state) ? 'bad' : 'calm';
}
