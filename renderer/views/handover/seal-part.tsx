import { useState } from 'react'
import type { CaseSummary, SealResult } from '../../../src/contract/shapes.ts'
import { useJob } from '../../api/use-answer.ts'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import { Button, Escape, Icon, Notice, ProgressBar, plural, TroubleNotice } from '../../widgets/index.ts'
import { Field } from './field.tsx'
import { noteSeal, useSealMemory } from './seal-memory.ts'
import { SealedBundle } from './sealed-bundle.tsx'

const parentOf = (path: string): string => {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return cut > 0 ? path.slice(0, cut) : path
}

export function SealPart(props: { summary: CaseSummary }) {
  const { summary } = props
  const { caseId, readOnly, counts } = summary
  const api = useApi()
  const { refresh } = useWindow()
  const memory = useSealMemory(caseId)
  const job = useJob<SealResult>()
  const [caseNumber, setCaseNumber] = useState('')
  const [to, setTo] = useState('')
  const [purpose, setPurpose] = useState('')
  const [outDir, setOutDir] = useState(() => parentOf(summary.dir))
  const [sign, setSign] = useState(true)
  const [includeCase, setIncludeCase] = useState(true)
  const [recipients, setRecipients] = useState('')
  const keys = recipients.split(/[\s,;]+/).filter(Boolean)
  const [tried, setTried] = useState(false)

  const running = job.state === 'running'
  const elsewhere = memory.running && !running
  const off = readOnly
    ? 'This case was made from a bundle and is read-only. Hand on the bundle itself.'
    : counts.evidence === 0
      ? 'There is no evidence to seal.'
      : elsewhere
        ? 'A bundle of this case is being sealed.'
        : false
  const faults = {
    caseNumber: caseNumber.trim() ? undefined : 'Write the number of the case or ticket.',
    to: to.trim() ? undefined : 'Say who receives it.',
    outDir: outDir.trim() ? undefined : 'Name the folder to write to.',
    recipients: keys.every((key) => /^age1[0-9a-z]{50,90}$/.test(key))
      ? undefined
      : 'A recipient key begins with age1 and has small letters and digits alone.',
  }
  const seal = async () => {
    setTried(true)
    if (off || running || Object.values(faults).some((fault) => fault !== undefined)) return
    noteSeal(caseId, { running: true })
    const result = await job.start((signal) =>
      api.bundle.seal(
        {
          caseId,
          outDir: outDir.trim(),
          sign,
          caseNumber: caseNumber.trim(),
          purpose: purpose.trim(),
          to: to.trim(),
          includeCase,
          ...(keys.length > 0 ? { recipients: keys } : {}),
        },
        { signal },
      ),
    )
    noteSeal(caseId, result ? { running: false, result, at: new Date().toISOString() } : { running: false })
    // sealing adds a custody line; a summary that cannot be read again changes nothing of the bundle
    if (result) await refresh().catch(() => undefined)
  }

  return (
    <>
      <p className="small mid">
        Seals {plural(counts.evidence, 'evidence item')}, what was found and the custody journal into one file
        that can be verified without Tasktrail.
      </p>
      {readOnly ? (
        <Notice kind="note" icon="lock" title="This case is read-only" live={false}>
          It was made from a sealed bundle{summary.bundle ? ': hand on that bundle itself' : ''}. Sealing it
          again would break the line to its sender.
        </Notice>
      ) : null}
      {summary.incomplete.length > 0 && !readOnly ? (
        <Notice kind="judge" title="An import was stopped" live={false}>
          <Escape text={summary.incomplete.join(' ')} /> What was not read to its end is left out of the
          bundle and named in it as missing. Import it again to hand it over.
        </Notice>
      ) : null}
      {memory.result && !running ? <SealedBundle result={memory.result} at={memory.at} /> : null}
      <form
        className="seal-form"
        aria-label="Seal a bundle"
        noValidate
        onSubmit={(submit) => {
          submit.preventDefault()
          void seal()
        }}
      >
        <h2 className="block-title">{memory.result ? 'Seal another bundle' : 'Seal a bundle'}</h2>
        <div className="seal-fields">
          <Field
            label="Case or ticket number"
            value={caseNumber}
            onValue={setCaseNumber}
            most={100}
            fault={tried ? faults.caseNumber : undefined}
            off={readOnly}
            placeholder="INC-2026-0142"
          />
          <Field
            label="To whom"
            value={to}
            onValue={setTo}
            most={200}
            fault={tried ? faults.to : undefined}
            off={readOnly}
            placeholder="Tier 2 desk"
          />
          <Field
            label="Purpose"
            value={purpose}
            onValue={setPurpose}
            most={2000}
            off={readOnly}
            lines={3}
            wide
            hint="Why it is handed over. Stands in the custody journal."
          />
          <Field
            label="Folder to write to"
            value={outDir}
            onValue={setOutDir}
            most={4096}
            fault={tried ? faults.outDir : undefined}
            off={readOnly}
            code
            wide
            hint="The file gets its name from the case, the host and the time. Nothing there is overwritten."
          />
          <Field
            label="Encrypt for, one key to a line"
            value={recipients}
            onValue={setRecipients}
            most={4000}
            fault={tried || recipients.trim().length > 62 ? faults.recipients : undefined}
            off={readOnly}
            code
            lines={2}
            wide
            placeholder="age1…"
            hint="An encrypted copy is written beside the bundle. Without a key there is none."
          />
        </div>
        <label className="check">
          <input
            type="checkbox"
            className="box"
            checked={includeCase && !readOnly}
            disabled={readOnly}
            onChange={(change) => setIncludeCase(change.target.checked)}
          />
          With ticks, notes, disposition and clocks
          <span className="low">{includeCase ? '' : 'evidence and what was found in it, alone'}</span>
        </label>
        <label className="check">
          <input
            type="checkbox"
            className="box"
            checked={sign && !readOnly}
            disabled={readOnly}
            onChange={(change) => setSign(change.target.checked)}
          />
          Sign it with the key of this operator
          <span className="low">
            {sign
              ? 'Ed25519, made on this machine at first use'
              : 'only the hash in the ticket will vouch for it'}
          </span>
        </label>
        {running ? (
          <ProgressBar
            progress={job.progress}
            label="Sealing"
            stopping={job.stopping}
            onStop={job.stop}
            hint="Stop leaves no file behind; the custody journal keeps that it was tried."
          />
        ) : (
          <div className="row">
            <Button kind={memory.result ? 'plain' : 'primary'} type="submit" icon="seal" off={off}>
              Seal bundle
            </Button>
            {off ? <span className="small mid">{off}</span> : null}
          </div>
        )}
        {job.state === 'stopped' ? (
          <Notice kind="note" title="Sealing stopped">
            No bundle was written. The custody journal keeps that it was tried.
          </Notice>
        ) : null}
        <TroubleNotice trouble={job.state === 'failed' ? job.trouble : undefined} />
      </form>
      <section className="stack-tight" aria-labelledby="bundle-holds">
        <h2 className="block-title" id="bundle-holds">
          In the bundle
        </h2>
        <ul className="bundle-holds">
          {[
            ['evidence', `${plural(counts.evidence, 'evidence item')} as stored, byte for byte`],
            [
              'timeline',
              `The timeline, ${plural(counts.records, 'row')}, and ${plural(counts.chains, 'chain')}, made from them`,
            ],
            ['text', 'Inventory, custody journal, and what could not be taken'],
            ['check', 'READ-ME-FIRST.txt: how to verify it with sha256sum and ssh-keygen alone'],
          ].map(([icon, says]) => (
            <li key={says}>
              <Icon name={icon as 'check'} />
              {says}
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
