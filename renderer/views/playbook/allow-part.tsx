/** The site's own list of work it knows: every entry with its author and its end; a new one, filled in from this chain. */
import { useState } from 'react'
import type { AllowDocument, AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { useApi, useCase } from '../../shell/window-state.tsx'
import {
  Absent,
  Button,
  Escape,
  formatStamp,
  plural,
  Severity,
  shortHash,
  TroubleNotice,
} from '../../widgets/index.ts'
import { Field } from '../handover/field.tsx'

type Entry = AllowDocument['entries'][number]
const states = { fits: 'fits this chain', partly: 'fits in part', expired: 'had ended before' } as const

/** A day as a UTC moment at its end; undefined: no such day. */
export function endOfDay(day: string): string | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day.trim())
  if (!found) return undefined
  const moment = `${day.trim()}T23:59:59Z`
  const at = new Date(moment)
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day.trim() ? undefined : moment
}

export function AllowPart(props: { chain: ChainShape; answers: AnswersDocument }) {
  const api = useApi()
  const { caseId } = useCase()
  const { acts, off } = usePlaybook()
  const [adding, add] = useState(false)
  const list = useAnswer(`allow ${caseId} ${acts}`, (signal) => api.allow.list({ caseId }, { signal }))
  const entries = list.value?.entries ?? []
  return (
    <section className="allow" aria-labelledby="h-allow">
      <h4 className="block-title" id="h-allow">
        Work that is known <span className="hint">an entry annotates a chain; it never closes one</span>
        <span className="grow" />
        {adding ? null : (
          <Button small off={off ?? false} onPress={() => add(true)}>
            Add an entry
          </Button>
        )}
      </h4>
      <TroubleNotice trouble={list.trouble} again={list.again} />
      {list.value && entries.length === 0 && !adding ? (
        <p className="small mid">
          No entry. Known work, such as software deployment, can be written down here.
        </p>
      ) : null}
      {entries.length > 0 ? (
        <ul className="allow-list">
          {entries.map((entry) => (
            <AllowLine
              key={entry.id}
              entry={entry}
              fits={props.answers.allowed.find((each) => each.entry.id === entry.id)}
            />
          ))}
        </ul>
      ) : null}
      {adding ? <AllowForm chain={props.chain} onDone={() => add(false)} /> : null}
    </section>
  )
}

function AllowLine(props: { entry: Entry; fits: AnswersDocument['allowed'][number] | undefined }) {
  const { entry, fits } = props
  const { act, off } = usePlaybook()
  const [asking, ask] = useState(false)
  const [why, setWhy] = useState('')
  const [tried, setTried] = useState(false)
  const parts = [
    entry.account === null ? '' : `account ${entry.account}`,
    entry.addresses === null ? '' : `from ${entry.addresses}`,
    entry.actionHash === null ? '' : `action ${shortHash(entry.actionHash)}`,
  ].filter(Boolean)
  const remove = async () => {
    setTried(true)
    if (why.trim() === '') return
    const kept = await act('Entry removed from the allow-list', (_playbook, on, api) =>
      api.allow.remove({ caseId: on.caseId, entry: Number(entry.id), why: why.trim() }),
    )
    if (kept) ask(false)
  }
  return (
    <li>
      <div className="row allow-line">
        <span className="allow-what">
          <Escape text={parts.join(', ')} />
          {fits ? (
            <Severity kind={fits.state === 'fits' ? 'note' : 'judge'}>{states[fits.state]}</Severity>
          ) : null}
        </span>
        <span className="low small">
          until {entry.expires === null ? <Absent why="ever" /> : formatStamp(entry.expires, 0)} UTC, by{' '}
          <Escape text={entry.author} />
        </span>
        <Button small kind="quiet" off={off ?? false} expanded={asking} onPress={() => ask(!asking)}>
          Remove
        </Button>
      </div>
      <p className="small mid">
        <Escape text={entry.reason} />
        {fits && fits.differs.length > 0 ? (
          <>
            {' '}
            Differs: <Escape text={fits.differs.join('; ')} />.
          </>
        ) : null}
      </p>
      {asking ? (
        <form
          className="row allow-remove"
          onSubmit={(submit) => {
            submit.preventDefault()
            void remove()
          }}
        >
          <Field
            label="Why it goes"
            value={why}
            onValue={setWhy}
            most={4000}
            fault={tried && why.trim() === '' ? 'Say why.' : undefined}
          />
          <Button small type="submit">
            Remove entry
          </Button>
        </form>
      ) : null}
    </li>
  )
}

/** Half a year: an entry outlives its reason otherwise. */
const usualDays = 183

function AllowForm(props: { chain: ChainShape; onDone: () => void }) {
  const { chain, onDone } = props
  const { act, acting, refused } = usePlaybook()
  const { account } = chain
  const named =
    account.name === null ? '' : account.domain ? `${account.domain}\\${account.name}` : account.name
  const [who, setWho] = useState(account.sid ?? named)
  const [addresses, setAddresses] = useState(chain.source.ip ?? '')
  const [hash, setHash] = useState(chain.task.actionHash ?? '')
  const [until, setUntil] = useState(() =>
    new Date(Date.now() + usualDays * 86_400_000).toISOString().slice(0, 10),
  )
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const expires = endOfDay(until)
  const faults = {
    all: who.trim() || addresses.trim() || hash.trim() ? undefined : 'An entry must ask for something.',
    hash: hash.trim() === '' || /^[0-9a-f]{64}$/.test(hash.trim()) ? undefined : 'A hash has 64 hex digits.',
    until: expires === undefined ? 'Write a day like 2026-12-31.' : undefined,
    reason: reason.trim() ? undefined : 'An entry needs a reason.',
  }
  const asked = [who, addresses, hash].filter((each) => each.trim() !== '').length
  const add = async () => {
    setTried(true)
    if (Object.values(faults).some((fault) => fault !== undefined) || expires === undefined || acting) return
    const kept = await act('Entry added to the allow-list', (_playbook, on, api) =>
      api.allow.add({
        caseId: on.caseId,
        ...(who.trim() ? { account: who.trim() } : {}),
        ...(addresses.trim() ? { addresses: addresses.trim() } : {}),
        ...(hash.trim() ? { actionHash: hash.trim() } : {}),
        expires,
        reason: reason.trim(),
      }),
    )
    if (kept) onDone()
  }
  return (
    <form
      className="allow-form"
      aria-label="New entry of the allow-list"
      noValidate
      onSubmit={(submit) => {
        submit.preventDefault()
        void add()
      }}
    >
      <Field
        label="Account"
        value={who}
        onValue={setWho}
        most={256}
        code
        fault={tried ? faults.all : undefined}
        hint="A SID names one account for good; a name may be given anew."
      />
      <Field
        label="Addresses"
        value={addresses}
        onValue={setAddresses}
        most={256}
        code
        hint="One address or a range: 10.20.0.0/16"
      />
      <Field
        label="SHA-256 of the action"
        value={hash}
        onValue={setHash}
        most={64}
        code
        wide
        fault={tried ? faults.hash : undefined}
        hint="Filled in from this chain. Left empty, any action is covered."
      />
      <Field
        label="Until, UTC"
        value={until}
        onValue={setUntil}
        most={10}
        code
        fault={tried ? faults.until : undefined}
        hint="Every entry ends."
      />
      <Field
        label="Reason"
        value={reason}
        onValue={setReason}
        most={4000}
        fault={tried ? faults.reason : undefined}
        hint="Change number, team, what the work is."
      />
      <p className="small mid is-wide">
        {asked < 3
          ? `Asks for ${plural(asked, 'thing')} of three: whatever it leaves out is allowed. An intruder with this account fits it too.`
          : 'All three must fit: account, address and action.'}
      </p>
      {refused ? <TroubleNotice trouble={refused} /> : null}
      <div className="row is-wide">
        <Button kind="primary" type="submit">
          Add to the allow-list
        </Button>
        <Button kind="quiet" onPress={onDone}>
          Leave it
        </Button>
      </div>
    </form>
  )
}
