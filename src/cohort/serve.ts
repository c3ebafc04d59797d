import { plainError } from './messages.ts';

/**
 * Makes this process a worker: it answers one request at a time, until its channel is closed. It prints nothing, and its
 * end (crash, time-out, kill) costs the parent one request.
 */
export function serve(answer: (request: never) => Promise<object>): void {
  const send = (reply: object): void => { process.send?.(reply); };
  process.on('message', (request) => {
    answer(request as never).then(send, (error: unknown) => send({ kind: 'error', error: plainError(error) }));
  });
  // Ctrl-C reaches the whole process group; the parent decides what becomes of its workers
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
}
