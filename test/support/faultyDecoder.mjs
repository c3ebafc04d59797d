// A decoder that does what its frame's first byte says: for tests of the process that keeps decoders.
const held = [];
process.on('message', ({ frame }) => {
  const [order] = frame;
  process.send({ kind: 'begun' });
  if (order === 1) for (;;) ; // a codec in an endless loop answers no signal but SIGKILL
  if (order === 2) setInterval(() => { held.push(Buffer.alloc(64 * 2 ** 20, 1)); }, 1);
  else if (order === 3) process.kill(process.pid, 'SIGSEGV');
  else if (order === 4) process.send({ kind: 'failed' });
  else process.send({ kind: 'decoded', samples: Uint8Array.of(process.pid & 0xff, process.pid >> 8 & 0xff, process.pid >> 16 & 0xff) });
});
process.on('disconnect', () => process.exit(0));
