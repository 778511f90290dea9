import type { DuckDBConnection } from '@duckdb/node-api';
import type { Delivery, PipelineName } from '../../core/batch.ts';
import { type JobReport, type Ledger, NO_JOB, type RunReport } from '../../core/store.ts';
import type { Connections } from './connect.ts';
import { openNotes } from './notes.ts';
import { transaction } from './transaction.ts';

/** The ledger of sources and runs. Sources are written together with their documents (`write.ts`). */
export function openLedger(
  connections: Connections,
  exclusive: <Result>(work: (writer: DuckDBConnection) => Promise<Result>) => Promise<Result>,
): Ledger {
  return {
    ...openNotes(connections, exclusive),
    known: (pipeline, keys) =>
      connections.read(async (connection) => {
        const rows = await connection.runAndReadAll(
          'SELECT DISTINCT key FROM store.sources WHERE pipeline = $1 AND key IN (SELECT unnest(from_json($2, \'["VARCHAR"]\')))',
          [pipeline, JSON.stringify(keys)],
        );
        return new Set(rows.getRowsJson().map(([key]) => String(key)));
      }),
    checkpoint: (pipeline, key) =>
      connections.read(async (connection) => {
        const rows = await connection.runAndReadAll('SELECT reached FROM store.checkpoints WHERE pipeline = $1 AND key = $2', [
          pipeline,
          key,
        ]);
        const row = rows.getRowsJson()[0];
        return row === undefined ? undefined : Number(row[0]);
      }),
    checkpoints: (after, limit) =>
      connections.read(async (connection) => {
        const [pipeline, key] = after === undefined ? ['', ''] : (JSON.parse(after) as [string, string]);
        const rows = await connection.runAndReadAll(
          `SELECT pipeline, key, reached FROM store.checkpoints WHERE pipeline > $1 OR (pipeline = $1 AND key > $2)
           ORDER BY pipeline, key LIMIT $3`,
          [pipeline, key, BigInt(limit)],
        );
        const checkpoints = rows.getRowsJson().map(([pipeline, key, reached]) => ({
          pipeline: String(pipeline) as PipelineName,
          key: String(key),
          reached: Number(reached),
        }));
        const last = checkpoints.length < limit ? undefined : checkpoints.at(-1);
        return { checkpoints, next: last === undefined ? undefined : JSON.stringify([last.pipeline, last.key]) };
      }),
    saveRun: (run) =>
      exclusive((writer) =>
        transaction(writer, async () => {
          await writer.run('DELETE FROM store.runs WHERE id = $1', [run.id]);
          await writer.run('INSERT INTO store.runs VALUES ($1, $2, $3)', [run.id, run.started, JSON.stringify(run)]);
        }),
      ),
    saveJobs: (jobs) =>
      exclusive(async (writer) => {
        if (jobs.length === 0) return;
        const appender = await writer.createAppender('jobs', 'store');
        for (const job of jobs) {
          appender.appendVarchar(job.run);
          appender.appendBoolean(job.state !== 'succeeded');
          for (const text of [job.account, job.region, job.kind, job.object]) {
            if (text === undefined) appender.appendNull();
            else appender.appendVarchar(text);
          }
          appender.appendVarchar(JSON.stringify(job));
          appender.endRow();
        }
        appender.closeSync();
      }),
    runs: (limit) =>
      connections.read(async (connection) => {
        const rows = await connection.runAndReadAll('SELECT report FROM store.runs ORDER BY started DESC LIMIT $1', [
          BigInt(limit),
        ]);
        return rows.getRowsJson().map(([report]) => JSON.parse(String(report)) as RunReport);
      }),
    jobs: (run, { limit, failedOnly = false }) =>
      connections.read(async (connection) => {
        const where = `run = $1 AND object IS DISTINCT FROM '${NO_JOB}'${failedOnly ? ' AND failed' : ''}`;
        const count = await connection.runAndReadAll(`SELECT count(*) FROM store.jobs WHERE ${where}`, [run]);
        const rows = await connection.runAndReadAll(
          `SELECT report FROM store.jobs WHERE ${where} ORDER BY failed DESC, account, region, kind, object LIMIT $2`,
          [run, BigInt(limit)],
        );
        return {
          total: Number(count.getRowsJson()[0]?.[0]),
          jobs: rows.getRowsJson().map(([report]) => JSON.parse(String(report)) as JobReport),
        };
      }),
    problemReports: (run, after, limit) =>
      connections.read(async (connection) => {
        // Reports come in the order in which they were saved, so that a page does not sort them all.
        const rows = await connection.runAndReadAll(
          `SELECT report, rowid FROM store.jobs WHERE run = $1 AND rowid > $2 AND (failed OR json_array_length(report, '$.problems') > 0)
           ORDER BY rowid LIMIT $3`,
          [run, BigInt(after ?? -1), BigInt(limit)],
        );
        const found = rows.getRowsJson();
        return {
          jobs: found.map(([report]) => JSON.parse(String(report)) as JobReport),
          next: found.length < limit ? undefined : String(found.at(-1)?.[1]),
        };
      }),
    swept: (run) =>
      connections.read(async (connection) => {
        const rows = await connection.runAndReadAll(
          "SELECT json_extract_string(report, '$.id') FROM store.jobs WHERE run = $1 AND NOT failed AND kind IS NOT NULL",
          [run],
        );
        return new Set(rows.getRowsJson().map(([id]) => String(id)));
      }),
    delivery: (report, month) =>
      connections.read(async (connection) => {
        const rows = await connection.runAndReadAll(
          'SELECT delivery, modified FROM store.deliveries WHERE report = $1 AND month = $2 AND published ORDER BY modified DESC LIMIT 1',
          [report, month],
        );
        const row = rows.getRowsJson()[0];
        return row === undefined
          ? undefined
          : ({ report, month, delivery: String(row[0]), modified: Number(row[1]) } satisfies Delivery);
      }),
    sources: (after, limit) =>
      connections.read(async (connection) => {
        const [pipeline, key] = after === undefined ? ['', ''] : (JSON.parse(after) as [string, string]);
        // A source that was read again has two rows.
        const rows = await connection.runAndReadAll(
          `SELECT pipeline, key, max(documents) FROM store.sources WHERE pipeline > $1 OR (pipeline = $1 AND key > $2)
           GROUP BY pipeline, key ORDER BY pipeline, key LIMIT $3`,
          [pipeline, key, BigInt(limit)],
        );
        const sources = rows.getRowsJson().map(([pipeline, key, documents]) => ({
          pipeline: String(pipeline) as PipelineName,
          key: String(key),
          documents: Number(documents),
        }));
        const last = sources.length < limit ? undefined : sources.at(-1);
        return { sources, next: last === undefined ? undefined : JSON.stringify([last.pipeline, last.key]) };
      }),
  };
}
