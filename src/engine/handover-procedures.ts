// Report, seal, verification and receipts, as the window asks for them.

import { Refusal } from '../base/refusal.ts'
import { exportCase } from '../workflow/export-case.ts'
import { changePassphrase, keysOfAgent, newKey, ownKey } from '../workflow/key-facts.ts'
import { reportBlocks } from '../workflow/make-report.ts'
import { openBundle } from '../workflow/open-bundle.ts'
import { admitReceipt, makeReceipt } from '../workflow/receipts.ts'
import { senderStatements } from '../workflow/received-bundles.ts'
import { sealCase } from '../workflow/seal-bundle.ts'
import type { KeyWish } from '../workflow/signing-key.ts'
import { verifyBundleFile } from '../workflow/verify-bundle.ts'
import { writeReport } from '../workflow/write-report.ts'
import { asShape } from './as-shape.ts'
import { api, inCase, inCaseAlone, keptJob, summary } from './in-case.ts'
import { streamJob } from './stream-job.ts'

const { bundle, exports: exported, keys, report } = api

const keyWish = (key: 'own' | { keyFile: string } | { agent: string } | undefined): KeyWish =>
  key === undefined || key === 'own' ? true : key

export const handoverProcedures = {
  report: {
    preview: report.preview.handler(({ input: { caseId, includeCase, caseNumber }, context }) =>
      inCase(context, caseId, (open) => reportBlocks(open, { format: 'html', includeCase, caseNumber })),
    ),
    write: report.write.handler(({ input: { caseId, ...asked }, context, signal }) =>
      inCase(context, caseId, (open) =>
        writeReport(open, { ...asked, print: context.services.print, signal }),
      ),
    ),
  },
  exports: {
    write: exported.write.handler(({ input: { caseId, ...asked }, context, signal }) =>
      streamJob(context, signal, (onProgress, stop) =>
        inCase(context, caseId, (open) => exportCase(open, { ...asked, signal: stop, onProgress })),
      ),
    ),
  },
  keys: {
    list: keys.list.handler(async ({ context: { operator, services } }) => {
      const own = await ownKey(operator, services)
      try {
        return { own, agent: [...(await keysOfAgent(operator))], agentTrouble: null }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { own, agent: [], agentTrouble: `${error.message}. ${error.remedy}` }
      }
    }),
    make: keys.make.handler(({ input, context }) =>
      newKey(context.operator, input.passphrase, context.services),
    ),
    passphrase: keys.passphrase.handler(({ input: { before, after }, context }) =>
      changePassphrase(context.operator, { before, after }, context.services),
    ),
  },
  bundle: {
    seal: bundle.seal.handler(({ input: { caseId, sign, key, ...asked }, context, signal }) =>
      keptJob(context, signal, { what: 'sealing', caseId }, (open, how) =>
        sealCase(open, {
          ...asked,
          ...how,
          sign: sign && keyWish(key),
          secrets: context.services.secrets,
        }),
      ),
    ),
    giveReceipt: bundle.giveReceipt.handler(({ input: { path, key, ...asked }, context, signal }) =>
      streamJob(context, signal, async (onProgress, stop) => {
        const { receipt, ...made } = await makeReceipt(path, {
          ...asked,
          sign: keyWish(key),
          secrets: context.services.secrets,
          operator: context.operator,
          signal: stop,
          onProgress,
        })
        return { ...made, verdict: receipt.verdict }
      }),
    ),
    statements: bundle.statements.handler(({ input, context }) =>
      inCase(context, input.caseId, (open) => senderStatements(open.dir)),
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
    open: bundle.open.handler(({ input: { path, more = [], passphrase, ...asked }, context, signal }) =>
      streamJob(context, signal, async (onProgress, stop) => {
        const opened = await openBundle([path, ...more], {
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
