import { compilePanel } from '../../../dashboards/compile-panel.ts';
import type { PanelOf } from '../../../dashboards/dashboard.ts';
import { useAggregate } from '../ask.ts';
import { condition, rowsOf } from '../drill.ts';
import { format } from '../format.ts';
import { choiceFor } from '../narrow.ts';
import { WEEKDAYS, weekOf } from '../week-of.ts';
import { Empty } from './empty.tsx';
import { PanelFrame } from './panel-frame.tsx';

const HOURS = [...Array(24).keys()];

/** A cell for each weekday and hour, the darker the larger its number is. */
export function WeekPanel({ panel }: { panel: PanelOf<'week'> }) {
  const asked = useAggregate(compilePanel(panel, choiceFor(panel.view)));
  const rows = asked.result?.rows ?? [];
  const week = weekOf(rows);
  const largest = Math.max(1, ...week.flat());
  return (
    <PanelFrame title={panel.title} note={panel.note} width={panel.width} kind="week" asked={asked} rows={WEEKDAYS.length + 1}>
      {rows.length === 0 && asked.result !== undefined ? <Empty view={panel.view} /> : null}
      {rows.length === 0 ? null : (
        <table class="week" aria-label={`${panel.label} by weekday and hour (UTC)`}>
          <thead>
            <tr>
              <td />
              {HOURS.map((hour) => (
                <th key={hour} scope="col">
                  {hour % 6 === 0 ? hour : <span class="hidden">{hour}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {WEEKDAYS.map((weekday, day) => (
              <tr key={weekday}>
                <th scope="row">{weekday}</th>
                {HOURS.map((hour) => {
                  const value = week[day]?.[hour] ?? 0;
                  const text = format(value, panel.format);
                  return (
                    <td
                      key={hour}
                      title={`${weekday} ${String(hour).padStart(2, '0')}:00 – ${text} ${panel.label.toLowerCase()}`}
                      style={{ '--share': `${Math.round((value / largest) * 100)}%` }}
                    >
                      {value === 0 ? null : (
                        <a href={rowsOf(panel, condition(panel.weekday, String(day + 1)), condition(panel.hour, String(hour)))}>
                          <span class="hidden">{text}</span>
                        </a>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </PanelFrame>
  );
}
