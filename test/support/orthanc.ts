import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe } from 'vitest';

const PROGRAM = '/usr/sbin/Orthanc';
const PLUGINS = ['OrthancDicomWeb', 'OrthancGdcm'].map((name) => `/usr/share/orthanc/plugins/lib${name}.so`);
const USER = { name: 'concord', password: 'test' };

/** A running Orthanc of this test alone: loopback, free ports, its own folder. */
export type Orthanc = Readonly<{
  url: string;
  dicomPort: number;
  /** With the credentials that it asks for. */
  get: (path: string) => Promise<Response>;
  post: (path: string, body: Uint8Array | string, type: string) => Promise<Response>;
  stop: () => Promise<void>;
}>;

/** A suite that needs Orthanc: skipped with its reason, failing when CONCORD_REQUIRE_SERVICES=1. */
export function describeWithOrthanc(name: string, suite: () => void): void {
  const missing = [PROGRAM, ...PLUGINS].find((path) => !existsSync(path));
  if (missing === undefined) describe(name, suite);
  else if (process.env['CONCORD_REQUIRE_SERVICES'] === '1') {
    describe(name, (): void => {
      throw new Error(`CONCORD_REQUIRE_SERVICES=1, but ${missing} is missing.`);
    });
  } else describe.skip(`${name} (skipped: ${missing} is missing)`, suite);
}

export async function startOrthanc(): Promise<Orthanc> {
  const folder = await mkdtemp(join(tmpdir(), 'concord-orthanc-'));
  const [httpPort, dicomPort] = [await freePort(), await freePort()];
  const config = join(folder, 'orthanc.json');
  await writeFile(config, JSON.stringify({
    Name: 'concord-test', StorageDirectory: join(folder, 'storage'), IndexDirectory: join(folder, 'index'),
    HttpPort: httpPort, DicomPort: dicomPort, DicomAet: 'ORTHANC', DicomCheckCalledAet: true, DicomAlwaysAllowStore: true,
    RemoteAccessAllowed: false, AuthenticationEnabled: true, RegisteredUsers: { [USER.name]: USER.password },
    OverwriteInstances: false, Plugins: PLUGINS, DicomWeb: { Enable: true, Root: '/dicom-web/' },
  }));
  const child = spawn(PROGRAM, [config], { stdio: 'ignore', cwd: folder });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });
  const url = `http://127.0.0.1:${httpPort}`;
  const authorization = `Basic ${Buffer.from(`${USER.name}:${USER.password}`).toString('base64')}`;
  const get: Orthanc['get'] = (path) => fetch(url + path, { headers: { authorization, accept: 'application/json, image/png, */*' } });
  const post: Orthanc['post'] = (path, body, type) => fetch(url + path, { method: 'POST', body: Buffer.from(body), headers: { authorization, 'content-type': type, accept: 'application/dicom+json' } });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(10_000).then(() => child.kill('SIGKILL'))]);
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) break;
    if (await get('/system').then(({ ok }) => ok, () => false)) return { url, dicomPort, get, post, stop };
    await sleep(100);
  }
  await stop();
  throw new Error('Orthanc did not come up within a minute.');
}

/** The body of a STOW-RS request (PS3.18 §10.5.1). */
export function stowBody(instances: readonly Uint8Array[]): Readonly<{ body: Buffer; type: string }> {
  const boundary = 'concord-test-boundary';
  const parts = instances.flatMap((instance) => [Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`), instance, Buffer.from('\r\n')]);
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    type: `multipart/related; type="application/dicom"; boundary=${boundary}`,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => { resolve(port); });
    });
  });
}
