import { useState } from 'react'
import type { CaseSummary, VerifyResult } from '../../../src/contract/shapes.ts'
import { useJob } from '../../api/use-answer.ts'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import { Button, Notice, ProgressBar, TroubleNotice } from '../../widgets/index.ts'
import { Field } from './field.tsx'
import { mayOpen, verdictWords } from './verdicts.ts'
import { VerifyReport } from './verify-report.tsx'

const ticketHash = /^[0-9a-fA-F]{64}$/
/** A hash as people paste it: blanks and a file name behind it do not matter. */
const hashIn = (text: string): string =>
  text
    .trim()
    .replace(/^sha-?256[:=\s]+/i, '')
    .split(/\s+/)[0] ?? ''

interface Checked {
  readonly path: string
  readonly ticket: string
  readonly result: VerifyResult
}

/** Verify any bundle, and open it as a case that cannot be changed. */
export function VerifyPart() {
  const api = useApi()
  const { show } = useWindow()
  const [path, setPath] = useState('')
  const [ticket, setTicket] = useState('')
  const [signers, setSigners] = useState('')
  const [tried, setTried] = useState(false)
  const [checked, setChecked] = useState<Checked>()
  const check = useJob<VerifyResult>()
  const opening = useJob<CaseSummary>()
  const hash = hashIn(ticket)
  const faults = {
    path: path.trim() ? undefined : 'Write the path of the bundle, a .zip file.',
    ticket:
      hash === '' || ticketHash.test(hash)
        ? undefined
        : 'A SHA-256 has 64 hex digits. Copy it from the ticket again.',
  }
  const sound = !faults.path && !faults.ticket
  const busy = check.state === 'running' || opening.state === 'running'
  const input = {
    path: path.trim(),
    ...(signers.trim() ? { allowedSigners: signers.trim() } : {}),
  }
  const verify = async () => {
    setTried(true)
    if (!sound || busy) return
    setChecked(undefined)
    const result = await check.start((signal) =>
      api.bundle.verify({ ...input, ...(hash ? { ticketSha256: hash.toLowerCase() } : {}) }, { signal }),
    )
    if (result) setChecked({ path: input.path, ticket: hash.toLowerCase(), result })
  }
  const open = async () => {
    setTried(true)
    if (faults.path || busy) return
    const summary = await opening.start((signal) => api.bundle.open(input, { signal }))
    if (summary) show(summary)
  }
  const verdict = checked?.path === input.path ? checked.result.verdict : undefined
  const openOff =
    verdict !== undefined && !mayOpen(verdict)
      ? `Not opened: ${verdictWords(verdict).title.toLowerCase()}.`
      : busy
        ? 'Wait until the check has ended.'
        : false

  return (
    <>
      <form
        className="stack-tight"
        aria-labelledby="verify-title"
        noValidate
        onSubmit={(submit) => {
          submit.preventDefault()
          void verify()
        }}
      >
        <h2 className="block-title" id="verify-title">
          Verify a bundle <span className="hint">nothing is unpacked or changed</span>
        </h2>
        <Field
          label="Bundle"
          value={path}
          onValue={setPath}
          most={4096}
          fault={tried ? faults.path : undefined}
          code
          placeholder="/evidence/INC-2026-0142_fs01.zip"
        />
        <Field
          label="SHA-256 from the ticket"
          value={ticket}
          onValue={setTicket}
          most={400}
          fault={tried || ticket.trim().length >= 64 ? faults.ticket : undefined}
          code
          hint="The hash beside the file proves nothing: who changed one can change both."
        />
        <Field
          label="Allowed signers"
          value={signers}
          onValue={setSigners}
          most={4096}
          code
          hint="Your own allowed_signers file. Without it a signer cannot be known."
        />
        {check.state === 'running' ? (
          <ProgressBar
            progress={check.progress}
            label="Verifying"
            stopping={check.stopping}
            onStop={check.stop}
          />
        ) : opening.state === 'running' ? (
          <ProgressBar
            progress={opening.progress}
            label="Opening"
            stopping={opening.stopping}
            onStop={opening.stop}
            hint="It is verified again while it is read in."
          />
        ) : (
          <div className="row">
            <Button type="submit" icon="check">
              Verify
            </Button>
            <Button off={openOff} onPress={() => void open()} icon="lock">
              Open as read-only case
            </Button>
          </div>
        )}
        {verdict !== undefined && openOff ? <p className="small mid">{openOff}</p> : null}
        {check.state === 'stopped' || opening.state === 'stopped' ? (
          <Notice kind="note" title="Stopped">
            Nothing was changed. Verify again to get a verdict.
          </Notice>
        ) : null}
        <TroubleNotice trouble={check.state === 'failed' ? check.trouble : undefined} />
        <TroubleNotice trouble={opening.state === 'failed' ? opening.trouble : undefined} />
      </form>
      {checked ? <VerifyReport path={checked.path} ticket={checked.ticket} result={checked.result} /> : null}
    </>
  )
}
