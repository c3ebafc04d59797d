import { join } from 'node:path';

import { writeFileAtomic } from '../formats/atomicFile.ts';
import { readEvaluation } from '../pipeline/readEvaluation.ts';
import { REPORT_NAME } from '../pipeline/writeEvaluation.ts';
import { renderCohortReport } from '../report/cohortReport.ts';
import { command } from './command.ts';
import { argument, flag, optionalText } from './parameter.ts';
import { printPdf } from './printPdf.ts';

export const report = command({
  name: 'report',
  summary: 'Make the report of an evaluation again from its numbers, without any scan, and print it as PDF.',
  groups: {
    'Input and output': {
      evaluation: argument('Folder that "concord evaluate" wrote'),
      pdf: flag('Also print evaluation.pdf, with your own Chromium, Chrome or Edge'),
      browser: optionalText('PATH', 'The program to print with', 'the first found on PATH'),
    },
  },
  example: 'report ./evaluation --pdf',
  run: async (values, context) => {
    const { record, worst } = await readEvaluation(values.evaluation);
    const page = join(values.evaluation, REPORT_NAME);
    await writeFileAtomic(page, renderCohortReport(record, worst));
    const outputs = [page];
    if (values.pdf) {
      const pdf = page.replace(/\.html$/, '.pdf');
      await printPdf(page, pdf, values.browser, context.signal);
      outputs.push(pdf);
    }
    context.log.info({ scans: record.counts.matched, pictures: worst.length, printed: values.pdf }, 'reported');
    context.result({ outputs }, outputs.join('\n'));
    return 0;
  },
});
