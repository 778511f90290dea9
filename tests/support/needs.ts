import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import services from '../services.json' with { type: 'json' };
import { ministackProgram } from './start-ministack.ts';

/**
 * The services that a test needs. `test('…', { skip: missing('MOTO_URL') }, …)` skips the test with the reason where the
 * variable is not set; with CI=true a missing service is a failure, so that CI skips no test unnoticed.
 * `services.json` lists the variables with the services that set them: CI starts those and no other.
 */
export type Service = keyof typeof services;

export function missing(...names: Service[]): string | false {
  const absent = names.filter((name) => !process.env[name]);
  if (absent.length === 0) return false;
  return skipOrFail(
    `${absent.join(' and ')} not set: start ${absent.map((name) => services[name]).join(' and ')} and set it to run this test (CONTRIBUTING.md, Services)`,
  );
}

const CONFORMANCE = fileURLToPath(new URL('../../../shared/conformance/', import.meta.url));

/** The path of a file or folder of the conformance data, which lies beside the checkout. */
export const conformance = (path: string): string => CONFORMANCE + path;

export function missingConformance(path: string): string | false {
  return existsSync(conformance(path))
    ? false
    : skipOrFail(`${conformance(path)} does not exist: this test reads data that is not part of the project`);
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
  return status === 0 ? false : skipOrFail('npm ping failed: this test installs packages from the registry');
}

/** The value of a service's variable. Call it only where `missing` found the variable set. */
export function need(name: Service): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function skipOrFail(reason: string): string {
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}
