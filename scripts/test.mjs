// `npm test`: sets up what is missing, then runs the tests. Arguments go to vitest: `npm test -- test/field`.
import { join } from 'node:path';
import { root, run, setup } from './setup.mjs';

await setup();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
process.exit(run(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { stdio: 'inherit' }));
