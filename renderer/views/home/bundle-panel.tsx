/** A bundle: verified first and the verdict shown, then opened read-only. An invalid one is not opened. */
import { useId, useState } from 'react'
import type { CaseSummary, VerifyResult } from '../../../src/contract/shapes.ts'
import { useJob } from '../../api/use-answer.ts'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import {
  Button,
  Escape,
  formatBytes,
  Notice,
  ProgressBar,
  plural,
  shortHash,
  TroubleNotice,
} from '../../widgets/index.ts'
import { PathField, pathsOf } from './path-field.tsx'

export function BundlePanel() {
  const api = useApi()
  const { show } = useWindow()
  const [path, setPath] = useState('')
  const [signers, setSigners] = useState('')
  const [ticket, setTicket] = useState('')
  const [missing, setMissing] = useState(false)
  const id = useId()
  const verify = useJob<VerifyResult>()
  const open = useJob<CaseSummary>()
  const [bundle] = pathsOf(path)
  const [allowed] = pathsOf(signers)
  const ticketFault = ticket.trim() !== '' && !/^[0-9a-f]{64}$/i.test(ticket.trim())

  const check = () => {
    setMissing(bundle === undefined)
    if (bundle === undefined || ticketFault) return
    open.reset()
    void verify.start((signal) =>
      api.bundle.verify(
        {
          path: bundle,
          ...(allowed ? { allowedSigners: allowed } : {}),
          ...(ticket.trim() ? { ticketSha256: ticket.trim().toLowerCase() } : {}),
        },
        { signal },
      ),
    )
  }
  const openIt = async () => {
    if (bundle === undefined) return
    const summary = await open.start((signal) =>
      api.bundle.open({ path: bundle, ...(allowed ? { allowedSigners: allowed } : {}) }, { signal }),
    )
    if (summary) show(summary)
  }

  const running = verify.state === 'running' ? verify : open.state === 'running' ? open : undefined
  if (running)
    return (
      <div className="panel">
        <ProgressBar
          progress={running.progress}
          label={running === verify ? 'Verification' : 'Opening'}
          stopping={running.stopping}
          onStop={running.stop}
          hint="The bundle itself is only read."
        />
      </div>
    )
  const result = verify.state === 'done' ? verify.result : undefined
  if (result)
    return (
      <div className="panel">
        <Verdict result={result} />
        <TroubleNotice trouble={open.trouble} />
        <div className="panel-acts">
          {result.verdict.startsWith('VALID') ? (
            <Button kind="primary" onPress={() => void openIt()}>
              Open read-only
            </Button>
          ) : null}
          <Button onPress={verify.reset}>Choose another bundle</Button>
        </div>
      </div>
    )
  return (
    <form
      className="panel"
      onSubmit={(submit) => {
        submit.preventDefault()
        check()
      }}
    >
      <TroubleNotice trouble={verify.trouble} />
      <PathField
        label="Bundle"
        hint="The .zip file as you got it."
        value={path}
        onValue={(value) => {
          setPath(value)
          setMissing(false)
        }}
        choose="bundle"
        fault={missing ? 'Name the bundle.' : undefined}
      />
      <div className="panel-pair">
        <PathField
          label="Known signers (optional)"
          hint="An allowed_signers file, as ssh-keygen reads it. Without it a signature shows which key, not who."
          value={signers}
          onValue={setSigners}
          choose="file"
        />
        <div className="field">
          <label className="field-label" htmlFor={`${id}-ticket`}>
            SHA-256 from the ticket (optional)
          </label>
          <input
            className={ticketFault ? 'input mono is-fault' : 'input mono'}
            id={`${id}-ticket`}
            type="text"
            spellCheck={false}
            autoComplete="off"
            value={ticket}
            aria-invalid={ticketFault ? true : undefined}
            aria-describedby={`${id}-ticket-hint`}
            onChange={(change) => setTicket(change.target.value)}
          />
          <p className={ticketFault ? 'field-fault' : 'field-hint'} id={`${id}-ticket-hint`}>
            {ticketFault
              ? 'A SHA-256 has 64 hexadecimal digits.'
              : 'Shows that this is the file the sender wrote about.'}
          </p>
        </div>
      </div>
      <div className="panel-acts">
        <Button kind="primary" type="submit">
          Verify
        </Button>
      </div>
    </form>
  )
}

const verdicts: Readonly<
  Record<VerifyResult['verdict'], readonly [kind: 'good' | 'judge' | 'harm', title: string, says: string]>
> = {
  'VALID-SIGNED': ['good', 'Bundle is valid and signed', 'Every file is as it was when it was sealed.'],
  'VALID-UNSIGNED': [
    'judge',
    'Bundle is valid, but not signed',
    'Every file matches its hash. Who made it is not proven.',
  ],
  'VALID-UNKNOWN-SIGNER': [
    'judge',
    'Bundle is valid, signed by an unknown key',
    'Every file matches its hash. Whose key it is, is not known here.',
  ],
  INVALID: ['harm', 'Bundle is not valid', 'It is not opened. Ask the sender for a new bundle.'],
  UNSAFE: [
    'harm',
    'Bundle is not safe to open',
    'It holds what no bundle of ours holds. Nothing was unpacked.',
  ],
  UNREADABLE: ['harm', 'Bundle cannot be read', 'It is cut short or no bundle at all. Fetch it again.'],
}

function Verdict(props: { result: VerifyResult }) {
  const { result } = props
  const [kind, title, says] = verdicts[result.verdict]
  return (
    <Notice kind={kind} title={title}>
      <p>
        {says} {plural(result.checked.files, 'file')}, {formatBytes(result.checked.bytes)} checked.
      </p>
      {result.signer ? (
        <p>
          Signed by {result.signer.identity ? <Escape text={result.signer.identity} /> : 'an unnamed key'},{' '}
          <Escape text={result.signer.fingerprint} code />
        </p>
      ) : null}
      {result.zipSha256 ? (
        <p title={result.zipSha256}>
          SHA-256 of the file <code>{shortHash(result.zipSha256)}</code>
        </p>
      ) : null}
      {result.findings.length > 0 ? (
        <ul className="verdict-findings">
          {result.findings.slice(0, 20).map((finding) => (
            <li key={`${finding.code} ${finding.path} ${finding.what}`}>
              <Escape text={finding.what} /> {finding.path ? <Escape text={finding.path} code /> : null}{' '}
              {finding.hint ? <Escape text={finding.hint} /> : null}
            </li>
          ))}
          {result.findings.length > 20 ? <li>and {result.findings.length - 20} more</li> : null}
        </ul>
      ) : null}
    </Notice>
  )
}
