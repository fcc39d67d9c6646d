/** Acquire: name hosts, see what can be read before anything is taken, take it, and see what came of it. */
import { useRef, useState } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { useAcquire } from '../../shell/acquire-state.tsx'
import { type HostRun, phaseOf } from '../../shell/host-runs.ts'
import { useKeys } from '../../shell/keyboard.ts'
import { useApi, useCase, useWindow } from '../../shell/window-state.tsx'
import { Button, Empty, Notice } from '../../widgets/index.ts'
import './acquire.css'
import { HostCard } from './host-card.tsx'
import { HostForm } from './host-form.tsx'
import { HostsTable, hostsInWords } from './hosts-table.tsx'
import { SecretField, takeSecret } from './secret-field.tsx'
import { blankForm, type Faults, type FormText, faultsOfForm, hostsOf, takesSecret, wishOf } from './wish.ts'

const plans = [
  ['quick', 'Quick', 'Tasks, history and the Security log around the alert: about two minutes'],
  ['playbook', 'Playbook', 'What the playbook asks for: tasks, logs, and what passes'],
  ['full', 'Full', 'Every log worth having, and the files as they lie'],
] as const
/** so many stand side by side; more are a table */
const sideBySide = 2

/** what was typed, while another view is shown; no password is part of it */
let typed: FormText = blankForm

export function AcquireView() {
  const summary = useCase()
  const { engine, go } = useWindow()
  const api = useApi()
  const acquire = useAcquire()
  const [form, setForm] = useState(typed)
  const [faults, setFaults] = useState<Faults>({})
  const [editing, setEditing] = useState(false)
  const [chosen, setChosen] = useState<string>()
  const secret = useRef<HTMLInputElement>(null)
  const elsewhere = acquire.caseId !== null && acquire.caseId !== summary.caseId
  const runs = elsewhere ? [] : acquire.runs
  const busy = acquire.looking || acquire.taking !== null
  const showForm = runs.length === 0 || editing

  const change = (over: Partial<FormText>) => {
    typed = { ...form, ...over }
    setForm(typed)
    setFaults({})
  }
  const checked = (): readonly string[] | undefined => {
    const found = faultsOfForm(form)
    setFaults(found)
    if (Object.keys(found).length > 0) return undefined
    return form.via === 'local' ? ['localhost'] : hostsOf(form.hosts)
  }
  const look = () => {
    const hosts = busy ? undefined : checked()
    if (!hosts) return
    setEditing(false)
    acquire.look(hosts, wishOf(form), takeSecret(secret))
  }
  const resume = (host: string) => {
    setEditing(false)
    acquire.resume(host, acquire.wish ?? wishOf(form), takeSecret(secret))
  }
  const remembered = useAnswer(
    `last plans ${summary.caseId} ${acquire.runs.filter((run) => run.result).length}`,
    (signal) => api.acquire.plans({ caseId: summary.caseId }, { signal }),
  )
  const [only, ...others] = runs.length > 0 ? runs.map((run) => run.host) : hostsOf(form.hosts)
  const last =
    only === undefined || others.length > 0
      ? undefined
      : remembered.value?.find(
          (one) => one.asked.toLowerCase() === only.toLowerCase() || shortName(one.host) === shortName(only),
        )
  const choosePlan = (plan: FormText['plan'], over: Partial<FormText> = {}) => {
    const chosen = { plan, with: [], without: [], ...over }
    change(chosen)
    if (runs.length === 0 || busy || phaseAll(runs) !== 'plan') return
    acquire.look(
      runs.map((run) => run.host),
      wishOf({ ...form, ...chosen }),
      takeSecret(secret),
    )
  }
  useKeys('Acquire', [
    ...(busy ? [{ on: 's', keys: ['S'], does: 'Stop', run: acquire.stop }] : []),
    ...(!busy && runs.length > 0
      ? [{ on: 'n', keys: ['N'], does: 'Other hosts', run: () => setEditing(true) }]
      : []),
  ])

  const head = (
    <header className="view-head">
      <div>
        <h1 className="view-title">Acquire</h1>
        <p className="view-line">
          Hosts are only read, but for a staging folder that is removed again. What our own logon leaves in
          their logs is marked in the timeline.
        </p>
      </div>
      <div className="view-actions">
        {/* biome-ignore lint/a11y/useSemanticElements: three buttons that belong together, no fields of a form */}
        <div className="segmented" role="group" aria-label="Plan">
          {plans.map(([plan, name, what]) => (
            <button
              key={plan}
              type="button"
              aria-pressed={form.plan === plan}
              disabled={busy}
              title={what}
              onClick={() => choosePlan(plan)}
            >
              {name}
            </button>
          ))}
        </div>
        {last ? (
          <Button
            off={busy && 'Wait until it has ended, or stop it'}
            onPress={() =>
              choosePlan(last.plan.name, {
                with: last.plan.with ?? [],
                without: last.plan.without ?? [],
                from: last.plan.from?.slice(0, 16).replace('T', ' ') ?? '',
                to: last.plan.to?.slice(0, 16).replace('T', ' ') ?? '',
              })
            }
          >
            As on {last.takenAt.slice(0, 10)}
          </Button>
        ) : null}
        {runs.length > 0 ? (
          <Button off={busy && 'Wait until it has ended, or stop it'} onPress={() => setEditing(!editing)}>
            Other hosts
          </Button>
        ) : null}
      </div>
    </header>
  )
  if (summary.readOnly)
    return (
      <div className="acquire stack">
        {head}
        <Empty kind="no" title="A sealed bundle takes no further evidence">
          Create a case of its own for this host, and acquire there.
        </Empty>
      </div>
    )
  if (!engine.capabilities.collect)
    return (
      <div className="acquire stack">
        {head}
        <Empty
          kind="cannot-tell"
          title="This machine has neither PowerShell nor ssh"
          acts={
            <Button small onPress={() => go('home', 'import')}>
              Import evidence
            </Button>
          }
        >
          One of the two gets to a host. Install PowerShell 7 for WinRM, CIM and this machine, or an OpenSSH
          client for SSH; then start Tasktrail again. Evidence that was collected by other means can be
          imported.
        </Empty>
      </div>
    )
  const ready = runs.filter((run) => run.state === 'seen')
  // one host that is taken says everything on its card
  const hasActs = runs.length > 1 || acquire.looking || (runs.length > 0 && phaseAll(runs) === 'plan')
  const one = runs.find((run) => run.host === chosen) ?? firstOfNote(runs)
  const card = (run: HostRun) => (
    <HostCard
      key={run.host}
      run={run}
      place={runs.indexOf(run)}
      busy={busy}
      onResume={resume}
      whole={runs.length === 1}
    />
  )
  return (
    <div className="acquire stack">
      {head}
      {elsewhere && busy ? (
        <Notice
          kind="note"
          title="Another case is being filled"
          acts={
            <Button small onPress={acquire.stop}>
              Stop it
            </Button>
          }
        >
          {acquire.taking ?? 'Hosts are being looked at'}. One acquisition runs at a time.
        </Notice>
      ) : null}
      {showForm ? (
        <HostForm
          form={form}
          faults={faults}
          secret={secret}
          onForm={change}
          onLook={look}
          onResume={
            !busy && hostsOf(form.hosts).length === 1
              ? () => {
                  const [host] = checked() ?? []
                  if (host !== undefined) resume(host)
                }
              : undefined
          }
        />
      ) : null}
      {!showForm && hasActs ? (
        <div className="acquire-act">
          <p className="acquire-words" role="status">
            {runs.length > 1
              ? hostsInWords(runs)
              : phaseAll(runs) === 'plan' && !busy
                ? 'Nothing was taken yet.'
                : null}
          </p>
          {ready.length > 0 && !busy && takesSecret(form) ? (
            <SecretField field={secret} label="Password, sent once and not kept" />
          ) : null}
          {busy && (runs.length > 1 || acquire.looking) ? (
            <Button off={acquire.stopping && 'Stopping'} onPress={acquire.stop} keys={['S']}>
              {acquire.stopping ? 'Stopping' : 'Stop'}
            </Button>
          ) : ready.length > 0 && !busy ? (
            <Button
              kind="primary"
              onPress={() =>
                acquire.take(
                  ready.map((run) => run.host),
                  Number(form.parallel) || 4,
                  takeSecret(secret),
                )
              }
            >
              {runs.length === 1
                ? 'Acquire'
                : `Acquire from ${ready.length === runs.length ? '' : `${ready.length} of `}${runs.length} hosts`}
            </Button>
          ) : null}
          {!busy && phaseAll(runs) === 'plan' ? <Button onPress={look}>Look again</Button> : null}
        </div>
      ) : null}
      {runs.length > sideBySide ? (
        <div className="acquire-many">
          <HostsTable runs={runs} chosen={one?.host ?? ''} onChoose={setChosen} />
          {one ? card(one) : null}
        </div>
      ) : (
        <div className={runs.length > 1 ? 'acquire-hosts is-two' : 'acquire-hosts'}>{runs.map(card)}</div>
      )}
    </div>
  )
}

const shortName = (host: string) => host.trim().toLowerCase().split('.')[0] ?? ''

/** `plan` while nothing was taken from any host. */
const phaseAll = (runs: readonly HostRun[]) =>
  runs.every((run) => phaseOf(run) === 'plan' || phaseOf(run) === 'form') ? 'plan' : 'other'

/** What a person should see first: what runs, then what failed. */
const firstOfNote = (runs: readonly HostRun[]) =>
  runs.find((run) => run.state === 'taking') ??
  runs.find((run) => run.state === 'failed' || run.state === 'unreachable') ??
  runs[0]
