// Report, seal, verification and receipts, as the window asks for them.

import { reportBlocks } from '../workflow/make-report.ts'
import { openBundle } from '../workflow/open-bundle.ts'
import { admitReceipt } from '../workflow/receipts.ts'
import { sealCase } from '../workflow/seal-bundle.ts'
import { verifyBundleFile } from '../workflow/verify-bundle.ts'
import { asShape } from './as-shape.ts'
import { api, inCase, inCaseAlone, keptJob, summary } from './in-case.ts'
import { streamJob } from './stream-job.ts'

const { bundle, report } = api

export const handoverProcedures = {
  report: {
    preview: report.preview.handler(({ input: { caseId, includeCase, caseNumber }, context }) =>
      inCase(context, caseId, (open) => reportBlocks(open, { format: 'html', includeCase, caseNumber })),
    ),
  },
  bundle: {
    seal: bundle.seal.handler(({ input: { caseId, ...asked }, context, signal }) =>
      keptJob(context, signal, { what: 'sealing', caseId }, (open, how) =>
        sealCase(open, { ...asked, ...how }),
      ),
    ),
    receipt: bundle.receipt.handler(({ input: { caseId, path, allowedSigners }, context }) =>
      inCaseAlone(context, caseId, 'a receipt', async (open) => {
        const { receipt, signer } = await admitReceipt(open, path, { allowedSigners, now: context.now })
        return { ...receipt, signer }
      }),
    ),
    verify: bundle.verify.handler(({ input: { path, passphrase, ...asked }, context, signal }) =>
      streamJob(context, signal, async (onProgress, stop) =>
        asShape(
          await verifyBundleFile(path, { ...asked, agePassphrase: passphrase, signal: stop, onProgress }),
        ),
      ),
    ),
    open: bundle.open.handler(({ input: { path, passphrase, ...asked }, context, signal }) =>
      streamJob(context, signal, async (onProgress, stop) => {
        const opened = await openBundle(path, {
          ...asked,
          agePassphrase: passphrase,
          operator: context.operator,
          signal: stop,
          onProgress,
        })
        return context.cases.adopt(opened, summary)
      }),
    ),
  },
}
