import { useEffect, useRef, useState } from 'preact/hooks';
import type { AccessRule, ConnectedKind, FoundResource, ResourceAnswer, ResourceCost } from '../../core/api/resources.ts';
import type { Json } from '../../core/json.ts';
import { kindFacts } from '../../core/kind-facts.ts';
import { lineEntities } from '../../core/line-entities.ts';
import type { Hit } from '../../core/query.ts';
import { tone } from '../../dashboards/tone.ts';
import { useResource } from './ask.ts';
import { Awaited } from './awaited.tsx';
import { condition, resourceAddress } from './drill.ts';
import { Facts } from './facts.tsx';
import { format } from './format.ts';
import { kindName } from './kind-name.ts';
import { RecordTree } from './record-tree.tsx';
import { ShownText } from './shown-text.tsx';
import { addressOf } from './state.ts';
import { copyText } from './table/copy-text.ts';
import { rowAddress } from './table/row-address.ts';
import { TableScroll } from './table/table-scroll.tsx';
import { valueAt } from './table/value-at.ts';
import { theme } from './theme.ts';
import { timeBuckets } from './time-buckets.ts';
import type { TimeChart } from './time-chart.ts';

/** One resource: its record, its changes and events, its cost, and the resources connected to it. */
export function ResourcePage({ called }: { called: string }) {
  const asked = useResource(called);
  const answer = asked.result;
  useEffect(() => {
    if (answer?.resource) document.title = `${nameOf(answer.resource)} · orgscope`;
  }, [answer]);
  if (asked.error !== '') return <p class="panel-error">{asked.error}</p>;
  if (answer === undefined) return <Awaited />;
  if (answer.choices.length > 0) return <Choices called={called} choices={answer.choices} />;
  if (
    answer.resource === null &&
    answer.events.total === 0 &&
    answer.lines.total === 0 &&
    answer.cost.total === null &&
    answer.changes.total === 0
  ) {
    return (
      <>
        <h1>{called}</h1>
        <p class="panel-empty">
          No matches: no inventory, event or bill names it.{' '}
          <a
            href={addressOf('rows', { rest: ['awscli-current'], search: `"${called.replaceAll(/[\\"]/g, '\\$&')}"`, chips: [] })}
          >
            Search all current resources
          </a>
        </p>
      </>
    );
  }
  return <KnownResource called={called} answer={answer} busy={asked.waiting} />;
}

const nameOf = (resource: FoundResource): string => resource.name ?? resource.id;

function Choices({ called, choices }: { called: string; choices: readonly FoundResource[] }) {
  return (
    <>
      <h1>{called}</h1>
      <p class="muted lead">Several resources match this name.</p>
      <section class="panel" aria-label="Resources of this name">
        <ResourceList resources={choices} />
      </section>
    </>
  );
}

function KnownResource({ called, answer, busy }: { called: string; answer: ResourceAnswer; busy: boolean }) {
  const { resource, document, cost, connected, rules, lastChange } = answer;
  const admits = kindFacts(resource?.type ?? '')?.accessRules;
  return (
    <div class="resource" aria-busy={busy}>
      <header class="resource-head">
        <h1>{resource === null ? called : nameOf(resource)}</h1>
        {resource?.state ? <span class={`state ${tone(resource.state)}`}>{resource.state}</span> : null}
        {resource?.gone ? <span class="state bad">no longer there</span> : null}
      </header>
      {resource === null ? (
        <p class="muted lead">Inventory has never seen this resource. The page shows the events and costs that name it.</p>
      ) : (
        <p class="muted lead resource-line">
          <span>{kindName(resource.type)}</span>
          <CopyId text={resource.id} />
          <a href={addressOf('overview', { chips: [{ field: 'cloud.account.id', value: resource.accountId, not: false }] })}>
            {resource.accountName ?? resource.accountId}
          </a>
          <span>{resource.region}</span>
          <span>seen {format(resource.seen, 'time')} UTC</span>
        </p>
      )}
      <div class="grid">
        <LastChange hit={lastChange} />
        <Cost cost={cost} />
        {rules.length > 0 ? <Rules rules={rules} own={admits !== undefined} /> : null}
      </div>
      <div class="stacks">
        <div class="stack">
          {document === null ? null : (
            <>
              <section class="panel" aria-label="What it is" data-panel="What it is">
                <header class="panel-head">
                  <h2>What it is</h2>
                </header>
                <Facts document={document} without={NAMED_ABOVE} />
                <Tags document={document} />
              </section>
              <section class="panel" aria-label="The whole record" data-panel="The whole record">
                <header class="panel-head">
                  <h2>The whole record</h2>
                  <span class="muted">as the AWS CLI prints it</span>
                </header>
                <RecordTree value={recordOf(document)} />
              </section>
            </>
          )}
        </div>
        <div class="stack">
          {resource !== null && admits !== undefined ? (
            <GroupConnected type={resource.type} surroundings={admits.surroundings} kinds={connected} />
          ) : (
            <Connected title="Connected to" kinds={connected} />
          )}
          <Timeline answer={answer} called={resource?.id ?? called} />
        </div>
      </div>
    </div>
  );
}

const NAMED_ABOVE = [
  '@timestamp',
  'resource.type',
  'resource.id',
  'resource.name',
  'resource.state',
  'cloud.account.name',
  'cloud.region',
  'event.action',
];

/** The record lies under `aws.<service>.<kind>`. */
function recordOf(document: Json): Json {
  const service = Object.values((valueAt(document, 'aws') ?? {}) as { [key: string]: Json })[0];
  return service !== null && typeof service === 'object' ? (Object.values(service)[0] ?? document) : document;
}

function CopyId({ text }: { text: string }) {
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      class="copy-id"
      title="Copy"
      onClick={async () => {
        await copyText(text);
        setDone(true);
        setTimeout(() => setDone(false), 1_500);
      }}
    >
      {text} <span aria-live="polite">{done ? 'copied' : ''}</span>
    </button>
  );
}

function Tags({ document }: { document: Json }) {
  const tags = valueAt(document, 'resource.tags');
  if (tags === null || tags === undefined || typeof tags !== 'object' || Array.isArray(tags)) return null;
  return (
    <ul class="tags" aria-label="Tags">
      {Object.entries(tags).map(([key, value]) => (
        <li key={key}>
          <a
            href={addressOf('rows', {
              rest: ['awscli-current'],
              where: condition('resource.tag_pairs', `${key}=${value}`),
              of: `Resources with ${key}=${value}`,
              chips: [],
              search: '',
            })}
          >
            <span class="muted">{key}</span> {String(value)}
          </a>
        </li>
      ))}
    </ul>
  );
}

function LastChange({ hit }: { hit: Hit | null }) {
  const document = hit?._source ?? null;
  const who = document === null ? undefined : callerOf(document);
  return (
    <section class="panel metric" style={{ '--width': 4 }} aria-label="Who changed it last" data-panel="Who changed it last">
      <header class="panel-head">
        <h2>Who changed it last</h2>
      </header>
      {hit === null || document === null ? (
        <p class="panel-empty">The store has no event that changed it.</p>
      ) : (
        <>
          <p class="who">{who}</p>
          <p class="muted">
            <a href={rowAddress('awscli-trail', hit)}>{String(valueAt(document, 'event.action'))}</a>,{' '}
            {format(valueAt(document, '@timestamp'), 'time')} UTC
            {valueAt(document, 'source.address') === undefined ? '' : `, from ${String(valueAt(document, 'source.address'))}`}
          </p>
        </>
      )}
    </section>
  );
}

const callerOf = (event: Json): string =>
  String(
    valueAt(event, 'user.name') ??
      valueAt(event, 'aws.cloudtrail.user_identity.invoked_by') ??
      valueAt(event, 'aws.cloudtrail.user_identity.arn') ??
      valueAt(event, 'aws.cloudtrail.user_identity.type') ??
      'someone',
  );

function Cost({ cost }: { cost: ResourceCost }) {
  const chartElement = useRef<HTMLDivElement>(null);
  const chart = useRef<TimeChart>(null);
  const shade = theme.value;
  useEffect(() => {
    let gone = false;
    import('./time-chart.ts').then(({ timeChart }) => {
      if (gone || chartElement.current === null) return;
      chart.current ??= timeChart(chartElement.current, () => undefined);
      const values = new Map(cost.days.map(({ day, cost: amount }) => [day, Number(amount)]));
      const buckets = timeBuckets([...values.keys()], 'day');
      const series = [{ name: 'Cost', colour: '--series-1', values: buckets.map((bucket) => values.get(bucket) ?? 0) }];
      chart.current.draw(series, { buckets, format: 'money', interval: 'day' });
    });
    return () => {
      gone = true;
    };
  }, [cost, shade]);
  useEffect(() => () => chart.current?.dispose(), []);
  return (
    <section class="panel" style={{ '--width': 8 }} aria-label="What it costs" data-panel="What it costs">
      <header class="panel-head">
        <h2>What it costs by day</h2>
        {cost.total === null ? null : <span class="cost-total">{format(cost.total, 'money')} in all</span>}
      </header>
      {cost.total === null ? (
        <p class="panel-empty">No line of a bill names this resource. AWS names resources only in reports with resource ids.</p>
      ) : (
        <>
          <div
            class="chart low"
            ref={chartElement}
            role="img"
            aria-label={`Cost by day, ${format(cost.total, 'money')} in all`}
          />
          <ul class="usage" aria-label="By usage type">
            {cost.usage.map(({ type, cost: amount }) => (
              <li key={type}>
                <span class="muted">{type}</span> {format(amount, 'money')}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const FIRST = 8;

/** The resources connected to a security group: those it protects, those that refer to it, and those around it. */
function GroupConnected({
  type: own,
  surroundings,
  kinds,
}: {
  type: string;
  surroundings: readonly string[];
  kinds: readonly ConnectedKind[];
}) {
  const others = kinds.filter(({ type }) => type !== own);
  const groups = kinds.filter(({ type }) => type === own).flatMap(({ resources }) => resources);
  const groupsThat = (direction: 'names' | 'named-by'): ConnectedKind[] => {
    const resources = groups.filter((group) => group.direction === direction);
    return resources.length === 0 ? [] : [{ type: own, total: resources.length, resources }];
  };
  return (
    <>
      <Connected title="What it protects" kinds={others.filter(({ type }) => !surroundings.includes(type))} />
      <Connected title="Who refers to it" kinds={groupsThat('named-by')} />
      <Connected
        title="Connected to"
        kinds={[...groupsThat('names'), ...others.filter(({ type }) => surroundings.includes(type))]}
      />
    </>
  );
}

function Connected({ title, kinds }: { title: string; kinds: readonly ConnectedKind[] }) {
  const [open, setOpen] = useState<readonly string[]>([]);
  return (
    <section class="panel" aria-label={title} data-panel={title}>
      <header class="panel-head">
        <h2>{title}</h2>
      </header>
      {kinds.length === 0 ? <p class="panel-empty">None known.</p> : null}
      {kinds.map(({ type, total, resources }) => {
        const all = open.includes(type);
        const shown = all ? resources : resources.slice(0, FIRST);
        return (
          <div key={type} class="connected-kind">
            <h3>
              {kindName(type)} <span class="muted">{format(total, 'number')}</span>
            </h3>
            <ul>
              {shown.map((resource) => (
                <li key={resource.key}>
                  <a href={resourceAddress(resource.key)} title={resource.key}>
                    {nameOf(resource)}
                  </a>
                  {resource.name === null || resource.name === resource.id ? null : <span class="muted mono">{resource.id}</span>}
                  {resource.state === null ? null : <span class={`state ${tone(resource.state)}`}>{resource.state}</span>}
                  <span
                    class="via muted"
                    title={resource.direction === 'names' ? 'Named in its record' : 'Names it in its own record'}
                  >
                    {resource.direction === 'names' ? '→' : '←'} {resource.via}
                  </span>
                </li>
              ))}
            </ul>
            {resources.length > shown.length ? (
              <button type="button" class="plain" onClick={() => setOpen([...open, type])}>
                {format(resources.length - shown.length, 'number')} more
              </button>
            ) : total > resources.length ? (
              <p class="muted">and {format(total - resources.length, 'number')} more</p>
            ) : null}
          </div>
        );
      })}
    </section>
  );
}

function Rules({ rules, own }: { rules: readonly AccessRule[]; own: boolean }) {
  const inward = rules.filter(({ direction }) => direction === 'in');
  const outward = rules.filter(({ direction }) => direction === 'out');
  return (
    <section class="panel table" style={{ '--width': 12 }} aria-label="Who can reach it" data-panel="Who can reach it">
      <header class="panel-head">
        <h2>{own ? 'Who can reach what it protects' : 'Who can reach it, by its security groups'}</h2>
        <span class={inward.some(({ world }) => world) ? 'state bad' : 'state good'}>
          {inward.some(({ world }) => world) ? 'open to the world' : 'not open to the world'}
        </span>
      </header>
      <TableScroll label="Rules" kind="auto" stop>
        <table>
          <thead>
            <tr>
              {['Direction', 'Ports', 'Source or destination', 'Description', ...(own ? [] : ['Group'])].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...inward, ...outward].map((rule, index) => (
              <tr key={index} class={rule.world && rule.direction === 'in' ? 'open-rule' : ''}>
                <td>{rule.direction === 'in' ? 'in' : 'out'}</td>
                <td>{rule.ports}</td>
                <td>
                  {rule.peerKind === 'group' ? <a href={resourceAddress(rule.peer)}>{rule.peer}</a> : rule.peer}
                  {rule.world ? <span class={rule.direction === 'in' ? 'state bad' : 'state'}>everyone</span> : null}
                </td>
                <td title={rule.description ?? ''}>{rule.description ?? <span class="muted">–</span>}</td>
                {own ? null : (
                  <td>
                    <a href={resourceAddress(rule.group)}>{rule.groupName ?? rule.group}</a>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

/** Changes between sweeps and CloudTrail events, newest first. */
function Timeline({ answer, called }: { answer: ResourceAnswer; called: string }) {
  const [reads, setReads] = useState(false);
  const [first] = answer.lines.hits;
  const lines = answer.lines.hits.map((hit) => ({ hit, change: false, read: false, line: true }));
  const changes = answer.changes.hits.map((hit) => ({ hit, change: true, read: false, line: false }));
  const events = answer.events.hits.map((hit) => ({
    hit,
    change: false,
    read: valueAt(hit._source, 'aws.cloudtrail.read_only') === true,
    line: false,
  }));
  const readOnly = events.filter(({ read }) => read).length;
  const entries = [...changes, ...events, ...lines]
    .filter(({ read }) => reads || !read)
    .sort((a, b) => timeOf(b.hit).localeCompare(timeOf(a.hit)));
  return (
    <section class="panel" aria-label="History" data-panel="History">
      <header class="panel-head">
        <h2>History</h2>
        <span class="history-tools muted">
          {readOnly > 0 ? (
            <label class="check">
              <input type="checkbox" checked={reads} onChange={() => setReads(!reads)} /> include {format(readOnly, 'number')}{' '}
              read-only events
            </label>
          ) : null}
          <a
            href={addressOf('rows', {
              rest: ['awscli-trail'],
              where: condition('related.entity', called),
              of: `Events of ${called}`,
              chips: [],
              search: '',
            })}
          >
            {answer.events.total === 1 ? '1 event' : `${format(answer.events.total, 'number')} events`}
          </a>
          {first === undefined ? null : (
            <a
              href={addressOf('rows', {
                rest: ['awslogs'],
                where: lineEntities(answer.resource ?? called)
                  .map((entity) => condition('related.entity', entity))
                  .join(' OR '),
                of: `Log lines of ${called}`,
                chips: [],
                search: '',
              })}
            >
              {answer.lines.total === 1 ? '1 log line' : `${format(answer.lines.total, 'number')} log lines`} in two days
            </a>
          )}
        </span>
      </header>
      {entries.length === 0 ? <p class="panel-empty">The store has no change of this resource.</p> : null}
      <ol class="timeline">
        {entries.map(({ hit, change, read, line }) => (
          <li
            key={`${hit._index}/${hit._id}`}
            class={change ? 'moment change-moment' : read || line ? 'moment read-moment' : 'moment'}
          >
            <time dateTime={timeOf(hit)}>{format(timeOf(hit), 'time')}</time>
            {change ? <Change document={hit._source} /> : line ? <Line hit={hit} /> : <Event hit={hit} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

const timeOf = ({ _source }: Hit): string => String(valueAt(_source, '@timestamp') ?? '');

function Event({ hit }: { hit: Hit }) {
  const outcome = valueAt(hit._source, 'event.outcome');
  return (
    <p>
      <a href={rowAddress('awscli-trail', hit)}>{String(valueAt(hit._source, 'event.action'))}</a>{' '}
      <span class="muted">by {callerOf(hit._source)}</span>
      {outcome === 'failure' ? (
        <span class="state bad">{String(valueAt(hit._source, 'aws.cloudtrail.error_code') ?? 'failed')}</span>
      ) : null}
    </p>
  );
}

/** The kind of log, and what its line says in a few words. */
function Line({ hit }: { hit: Hit }) {
  const at = (field: string) => valueAt(hit._source, field);
  const status = at('http.response.status_code');
  const address = at('source.address') ?? at('client.address');
  const port = at('destination.port');
  const to = at('destination.address');
  const parts = [
    at('event.action') ?? at('http.request.method'),
    at('message') ?? at('aws.s3access.key') ?? at('url.path') ?? at('dns.question.name'),
    status,
    ...(address === undefined ? [] : ['from', address]),
    ...(to === undefined ? [] : ['to', port === undefined ? to : `${to}:${port}`]),
  ];
  const text = parts.filter((part) => part !== undefined && part !== null).join(' ');
  return (
    <p>
      <a href={rowAddress('awslogs', hit)}>{String(at('event.dataset')).replace(/^aws\./, '')}</a>{' '}
      <span class="muted line-text" title={text}>
        {text}
      </span>
      {at('event.outcome') === 'failure' || (typeof status === 'number' && status >= 500) ? (
        <span class="state bad">failed</span>
      ) : null}
    </p>
  );
}

function Change({ document }: { document: Json }) {
  const fields = valueAt(document, 'change.fields');
  const text = (side: 'from' | 'to', field: string): string => {
    const all = valueAt(document, `change.${side}`);
    const value = all !== null && typeof all === 'object' && !Array.isArray(all) ? all[field] : undefined;
    return value === undefined || value === null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return (
    <div>
      <p>
        {String(valueAt(document, 'change.type'))} <span class="muted">between two sweeps</span>
      </p>
      {Array.isArray(fields) ? (
        <ul class="difference">
          {fields.map(String).map((field) => (
            <li key={field}>
              <span class="muted">{field}</span>{' '}
              <del>
                <ShownText text={text('from', field)} />
              </del>{' '}
              <ins>
                <ShownText text={text('to', field)} />
              </ins>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function ResourceList({ resources }: { resources: readonly FoundResource[] }) {
  return (
    <ul class="resource-list">
      {resources.map((resource) => (
        <li key={resource.key}>
          <a href={resourceAddress(resource.key)}>{nameOf(resource)}</a>
          <span class="muted">{kindName(resource.type)}</span>
          <span class="muted mono">{resource.id}</span>
          <span class="muted">{resource.accountName ?? resource.accountId}</span>
          <span class="muted">{resource.region}</span>
        </li>
      ))}
    </ul>
  );
}
