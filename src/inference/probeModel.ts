/**
 * Data: an ONNX model of 122 bytes, y = x·x·x·x for a square float32 matrix x, small enough to keep as text and
 * heavy enough at 512 × 512 to tell a processor from a software emulation of one.
 */
export const probeModelBase64 =
  'CAkSADpuChEKAXgKAXgSAWEiBk1hdE11bAoRCgFhCgF4EgFiIgZNYXRNdWwKEQoBYgoBeBIBeSIGTWF0TXVsEgVwcm9iZVoVCgF4EhAKDggB' +
  'EgoKAxIBbgoDEgFuYhUKAXkSEAoOCAESCgoDEgFuCgMSAW5CBAoAEBE=';

/**
 * The program a probe child runs: loads the runtime named by argv, runs the model, checks one number of the
 * answer and prints how long the second run took. x = I/2 makes every diagonal element of the answer 1/16.
 */
export const probeProgram = `
const [runtime, provider, model, size] = process.argv.slice(1);
const fail = (error) => { process.stderr.write(String(error?.message ?? error)); process.exit(1); };
(async () => {
  const ort = require(runtime);
  const session = await ort.InferenceSession.create(Buffer.from(model, 'base64'), { executionProviders: [provider], logSeverityLevel: 3 });
  const n = Number(size), x = new Float32Array(n * n);
  for (let i = 0; i < n; i++) x[i * n + i] = 0.5;
  let milliseconds = 0, y;
  for (let round = 0; round < 2; round++) {
    const begin = performance.now();
    y = (await session.run({ x: new ort.Tensor('float32', x, [n, n]) })).y.data;
    milliseconds = performance.now() - begin;
  }
  if (Math.abs(y[n + 1] - 0.0625) > 1e-4 || Math.abs(y[1]) > 1e-4) fail('the provider computes wrong numbers');
  process.stdout.write(JSON.stringify({ milliseconds }), () => process.exit(0));
})().catch(fail);
`;
