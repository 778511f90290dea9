import type { LogObject } from './declare-dataset.ts';
import type { DeriveSlots, LineFormat } from './line-format.ts';
import type { Leaf, LinePlan } from './line-plan.ts';
import { linePlan } from './line-plan.ts';
import { type LineQuoting, lineQuoting } from './line-quoting.ts';
import { SIDE_LEAVES, SIDE_SLOTS, sideFiller } from './line-sides.ts';
import { DERIVED_SLOTS, MAX_TOKENS } from './line-slots.ts';

/** The order of a line's fields, and what follows from it. */
export interface LineBinding {
  readonly columns: readonly string[];
  /** The slot of each leaf of the plan; -1 where the line has none. */
  readonly slots: Int32Array;
  /** The fields that a document of such a line may have; without what the inventory and databases of addresses say of its sides. */
  readonly fields: ReadonlySet<string>;
  readonly fieldsWithSides: ReadonlySet<string>;
  readonly derive: DeriveSlots;
  /** Fills what is known of the sides of a line that belongs to this account. */
  fillSides(object: LogObject, account: string | undefined): void;
  readonly quoting: LineQuoting;
}

export interface LineBinder {
  readonly plan: LinePlan;
  /** The number of the slot after the last derived one. */
  readonly end: number;
  bind(columns: readonly string[]): LineBinding;
}

/** Slots that are the same for all lines of an object. */
export const OBJECT_SLOTS = ['constant', 'ingested', 'path', 'logGroup', 'logStream'] as const;
/** Slots of each line that all datasets have. */
const LINE_SLOTS = [
  '@timestamp',
  'account',
  'accountName',
  'region',
  'original',
  'offset',
  'eventId',
  'received',
  'originalEncoding',
] as const;
export const LINE_SLOTS_FROM = MAX_TOKENS + OBJECT_SLOTS.length;

/** The number of a slot that all datasets have. */
export const commonSlot = (name: (typeof OBJECT_SLOTS | typeof LINE_SLOTS)[number]): number =>
  MAX_TOKENS + [...OBJECT_SLOTS, ...LINE_SLOTS].indexOf(name);

/** Somebody may write flow logs in many orders of fields; the oldest are given up. */
const MAX_BINDINGS = 1000;

const SIDES: ReadonlySet<string> = new Set(
  SIDE_LEAVES.map(({ field }) => field).filter((field) => !field.startsWith('network.')),
);

const commonLeaves = (dataset: string): readonly Leaf[] => [
  { field: '@timestamp', slot: '@timestamp', form: 'instant' },
  { field: 'ecs.version', constant: '8.0.0' },
  { field: 'data_stream.type', constant: 'logs' },
  { field: 'data_stream.dataset', constant: dataset },
  { field: 'data_stream.namespace', constant: 'default' },
  { field: 'event.kind', constant: 'event' },
  { field: 'event.module', constant: 'aws' },
  { field: 'event.dataset', constant: dataset },
  { field: 'event.ingested', slot: 'ingested', form: 'json' },
  { field: 'event.id', slot: 'eventId', form: 'json' },
  { field: 'event.original', slot: 'original', form: 'text' },
  { field: 'orgscope.original_encoding', slot: 'originalEncoding', form: 'text' },
  { field: 'cloud.provider', constant: 'aws' },
  { field: 'cloud.account.id', slot: 'account', form: 'text' },
  { field: 'cloud.account.name', slot: 'accountName', form: 'json' },
  { field: 'cloud.region', slot: 'region', form: 'text' },
  { field: 'log.file.path', slot: 'path', form: 'json' },
  { field: 'log.offset', slot: 'offset', form: 'json' },
  { field: 'aws.cloudwatch.log_group', slot: 'logGroup', form: 'json' },
  { field: 'aws.cloudwatch.log_stream', slot: 'logStream', form: 'json' },
  { field: 'aws.cloudwatch.ingestion_time', slot: 'received', form: 'json' },
];

/** Compiles a format's plan, and yields what binds it to an order of fields. */
export function lineBinder({ name, dataset, leaves, derived, prepare, quotes, flow }: LineFormat): LineBinder {
  const plan = linePlan([...commonLeaves(dataset), ...leaves, ...SIDE_LEAVES]);
  const names: readonly string[] = [...OBJECT_SLOTS, ...LINE_SLOTS, ...SIDE_SLOTS, ...derived];
  if (names.length > DERIVED_SLOTS) throw new Error(`${name} has more than ${DERIVED_SLOTS} derived slots`);
  const own = new Map(names.map((each, index) => [each, MAX_TOKENS + index]));
  if (own.size < names.length) throw new Error(`${name} has two derived slots of one name`);
  const bindings = new Map<string, LineBinding>();
  return {
    plan,
    end: MAX_TOKENS + names.length,
    bind(columns) {
      const text = columns.join(' ');
      const known = bindings.get(text);
      if (known !== undefined) return known;
      const fields = new Map(columns.map((column, index) => [column, index]));
      const slot = (wanted: string): number => own.get(wanted) ?? fields.get(wanted) ?? -1;
      // The value of a constant stands in the text that opens it, so its slot is an empty one that is always there.
      const slots = Int32Array.from(plan.leaves, (leaf) => slot('slot' in leaf ? leaf.slot : 'constant'));
      const quoting = lineQuoting(columns, quotes?.fieldsOf(columns) ?? []);
      const fieldsWithSides = new Set(plan.leaves.flatMap(({ field }, number) => (slots[number] === -1 ? [] : [field])));
      const binding: LineBinding = {
        columns,
        slots,
        fields: new Set([...fieldsWithSides].filter((field) => !SIDES.has(field))),
        fieldsWithSides,
        derive: prepare(slot, columns),
        fillSides: sideFiller({
          ofField: (wanted) => slots[plan.leaves.findIndex(({ field }) => field === wanted)] ?? -1,
          of: slot,
          direction: flow === undefined ? -1 : slot(flow.direction),
          seenAt: flow === undefined ? -1 : slot(flow.seenAt),
          time: slot('@timestamp'),
        }),
        quoting,
      };
      if (bindings.size >= MAX_BINDINGS) bindings.delete(bindings.keys().next().value as string);
      bindings.set(text, binding);
      return binding;
    },
  };
}
