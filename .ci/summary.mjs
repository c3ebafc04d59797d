// Names every failed test of a vitest JSON report and prints the counts as the last line.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [path, status, checksPassed, checksFailed] = process.argv.slice(2);
const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { testResults: [] };
let [passed, failed, skipped] = [Number(checksPassed), Number(checksFailed), 0];
const problems = [];

for (const { name, status: fileStatus, assertionResults, message } of report.testResults) {
  const file = relative(process.cwd(), name);
  const of = (...kinds) => assertionResults.filter((test) => kinds.includes(test.status));
  passed += of('passed').length;
  skipped += of('pending', 'skipped', 'todo', 'disabled').length;
  for (const test of of('failed')) problems.push(`${file}: ${test.fullName}`);
  // a file that cannot be collected has no tests, and must not vanish from the counts
  if (fileStatus === 'failed' && of('failed').length === 0) problems.push(`${file}: ${message ?? 'did not run'}`.slice(0, 400));
}
// an unhandled error or a crash of the runner fails the run without failing a test
if (Number(status) !== 0 && problems.length === 0) problems.push(`the test run ended with status ${status}`);
failed += problems.length;

if (problems.length > 0) console.log(`\nfailed:\n${problems.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
