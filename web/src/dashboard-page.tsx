import type { Dashboard, Panel } from '../../dashboards/dashboard.ts';
import { BarsPanel } from './panels/bars-panel.tsx';
import { ForecastPanel } from './panels/forecast-panel.tsx';
import { GroupsPanel } from './panels/groups-panel.tsx';
import { MetricPanel } from './panels/metric-panel.tsx';
import { TablePanel } from './panels/table-panel.tsx';
import { TimeseriesPanel } from './panels/timeseries-panel.tsx';
import { WeekPanel } from './panels/week-panel.tsx';

/** The description and the panels of one dashboard. */
export function DashboardPage({ dashboard }: { dashboard: Dashboard }) {
  return (
    <>
      <p class="muted lead">{dashboard.description}</p>
      <div class="grid">
        {dashboard.panels.map((panel) => (
          <PanelOfType key={panel.title} panel={panel} />
        ))}
      </div>
    </>
  );
}

function PanelOfType({ panel }: { panel: Panel }) {
  switch (panel.type) {
    case 'metric':
      return <MetricPanel panel={panel} />;
    case 'forecast':
      return <ForecastPanel panel={panel} />;
    case 'groups':
      return <GroupsPanel panel={panel} />;
    case 'timeseries':
      return <TimeseriesPanel panel={panel} />;
    case 'week':
      return <WeekPanel panel={panel} />;
    case 'bars':
      return <BarsPanel panel={panel} />;
    case 'table':
      return <TablePanel panel={panel} />;
  }
}
