// A worker that does what its request's scan is named after: for tests of the pool that keeps workers.
process.on('message', (request) => {
  if (request.kind === 'open') {
    if (request.bundleDir === 'broken') process.send({ kind: 'error', error: { code: 'CONCORD_MODEL_HASH', message: 'as told' } });
    else process.send({ kind: 'opened', provider: 'cpu' });
    return;
  }
  const { name } = request.job.input;
  if (name === 'crash') process.kill(process.pid, 'SIGSEGV');
  else if (name === 'exit') process.exit(3);
  else if (name === 'refuse') {
    const issue = { code: 'NO_HEAD', severity: 'refuse', detail: 'no head', remedy: '' };
    process.send({ kind: 'error', error: { code: 'CONCORD_INPUT_UNREADABLE', message: 'NO_HEAD: no head', issue } });
  } else if (name !== 'hang') process.send({ kind: 'scan', record: { scan: name, pid: process.pid } });
});
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
