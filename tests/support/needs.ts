import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ministackProgram } from './start-ministack.ts';

/**
 * What a test needs beyond Node. `test('…', { skip: missing('MOTO_URL') }, …)` skips with the reason where the
 * variable is not set; with CI=true a missing service is a failure, so that nothing is skipped there unnoticed.
 */
export type Service =
  | 'REDIS_URL'
  | 'MOTO_URL'
  | 'MINISTACK_URL'
  | 'OPENSEARCH_URL'
  | 'ELASTICSEARCH_URL'
  | 'AWS_CLI'
  | 'CHROMIUM_PATH';

export function missing(...services: Service[]): string | false {
  const absent = services.filter((name) => !process.env[name]);
  if (absent.length === 0) return false;
  return skipOrFail(`${absent.join(' and ')} not set: start the service and set it to run this test (CONTRIBUTING.md, Services)`);
}

const CONFORMANCE = fileURLToPath(new URL('../../../shared/conformance/', import.meta.url));

/** The path of a file or folder of the data that lies beside the checkout. */
export const conformance = (path: string): string => CONFORMANCE + path;

export function missingConformance(path: string): string | false {
  return existsSync(conformance(path))
    ? false
    : skipOrFail(`${conformance(path)} is not there: this test reads data that is not part of the project`);
}

export function missingMinistackProgram(): string | false {
  return ministackProgram() === undefined
    ? skipOrFail('ministack is not on the PATH: this test starts one of its own (pip install ministack==1.5.33)')
    : false;
}

export function missingPackageRegistry(): string | false {
  const { status } = spawnSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=5000'], {
    shell: process.platform === 'win32',
  });
  return status === 0 ? false : skipOrFail('npm ping failed: this test installs packages as a user would');
}

/** The address of a service that `missing` found. */
export function need(name: Service): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function skipOrFail(reason: string): string {
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}
