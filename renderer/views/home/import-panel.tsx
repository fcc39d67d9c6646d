/** Evidence into a case: what, into which case, live progress, and what came of it. */
import { useId, useState } from 'react'
import type { ImportResult } from '../../../src/contract/shapes.ts'
import { type Trouble, troubleOf } from '../../api/trouble.ts'
import { useImport } from '../../shell/import-state.tsx'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import { Button, Escape, Notice, ProgressBar, plural, TroubleNotice } from '../../widgets/index.ts'
import { PathField, pathsOf } from './path-field.tsx'

export function ImportPanel() {
  const api = useApi()
  const { caseSummary, show } = useWindow()
  const canAdd = caseSummary !== null && !caseSummary.readOnly
  const [title, setTitle] = useState('')
  const [host, setHost] = useState('')
  const [into, setInto] = useState<'new' | 'open'>('new')
  const [refused, setRefused] = useState<Trouble>()
  const [missing, setMissing] = useState(false)
  const { job, target, setTarget, paths, setPaths } = useImport()
  const ids = useId()
  const wanted = pathsOf(paths)

  const run = async () => {
    setMissing(wanted.length === 0)
    if (wanted.length === 0) return
    setRefused(undefined)
    try {
      // a second run goes on in the case the first one made
      const goal =
        target ??
        (into === 'open' && canAdd && caseSummary
          ? caseSummary
          : await api.cases.create({ title: title.trim() || titleFrom(wanted) }))
      setTarget(goal)
      await job.start((signal) =>
        api.evidence.import(
          { caseId: goal.caseId, paths: wanted, ...(host.trim() ? { host: host.trim() } : {}) },
          { signal },
        ),
      )
    } catch (error) {
      setRefused(troubleOf(error))
    }
  }
  const openIt = async (view: 'overview' | 'evidence', tab?: string) => {
    if (!target) return
    try {
      show(await api.cases.summary({ caseId: target.caseId }), view, tab)
    } catch (error) {
      setRefused(troubleOf(error))
    }
  }

  if (job.state === 'running')
    return (
      <div className="panel">
        <ProgressBar
          progress={job.progress}
          label="Import"
          stopping={job.stopping}
          onStop={job.stop}
          hint="Stop keeps what is finished. A second run goes on from there."
        />
      </div>
    )
  if (job.state === 'done' && job.result)
    return (
      <div className="panel">
        <ImportSays result={job.result} />
        <TroubleNotice trouble={refused} />
        <div className="panel-acts">
          <Button kind="primary" onPress={() => void openIt('overview')}>
            Show what happened
          </Button>
          {job.result.problems.length > 0 ? (
            <Button onPress={() => void openIt('evidence', 'problems')}>See the problems</Button>
          ) : null}
          <Button kind="quiet" onPress={job.reset}>
            Import more into this case
          </Button>
        </div>
      </div>
    )
  return (
    <form
      className="panel"
      onSubmit={(submit) => {
        submit.preventDefault()
        void run()
      }}
    >
      {job.state === 'stopped' ? (
        <Notice kind="judge" title="Stopped. What was finished is kept.">
          The case says what is missing, and it counts against every no. Import again to go on from there.
          {target ? (
            <div className="notice-acts">
              <Button small onPress={() => void openIt('overview')}>
                Show what is there
              </Button>
            </div>
          ) : null}
        </Notice>
      ) : null}
      <TroubleNotice trouble={job.state === 'failed' ? job.trouble : undefined} />
      <TroubleNotice trouble={refused} />
      <PathField
        label="Evidence, one path to a line"
        hint="Folders are searched whole, ZIP files are read in place. Nothing you name is changed."
        value={paths}
        onValue={(value) => {
          setPaths(value)
          setMissing(false)
        }}
        several
        choose="evidence"
        fault={missing ? 'Name at least one file or folder.' : undefined}
      />
      <div className="panel-pair">
        {target ? (
          <div className="field">
            <span className="field-label">Case</span>
            <p className="panel-case">
              <span className="strong cut">
                <Escape text={target.title} />
              </span>
              <Button
                kind="quiet"
                small
                onPress={() => {
                  setTarget(undefined)
                  job.reset()
                }}
              >
                Another case
              </Button>
            </p>
          </div>
        ) : (
          <div className="field">
            <label className="field-label" htmlFor={`${ids}-title`}>
              Case
            </label>
            {canAdd ? (
              <select
                className="input"
                id={`${ids}-into`}
                aria-label="Into which case"
                value={into}
                onChange={(change) => setInto(change.target.value === 'open' ? 'open' : 'new')}
              >
                <option value="new">A new case</option>
                <option value="open">The open case: {caseSummary.title}</option>
              </select>
            ) : null}
            {into === 'new' || !canAdd ? (
              <input
                className="input"
                id={`${ids}-title`}
                type="text"
                maxLength={200}
                value={title}
                placeholder={wanted.length > 0 ? titleFrom(wanted) : 'Name of the new case'}
                onChange={(change) => setTitle(change.target.value)}
              />
            ) : null}
          </div>
        )}
        <div className="field">
          <label className="field-label" htmlFor={`${ids}-host`}>
            Host, where the evidence does not say
          </label>
          <input
            className="input mono"
            id={`${ids}-host`}
            type="text"
            maxLength={255}
            value={host}
            placeholder="not needed for event logs"
            onChange={(change) => setHost(change.target.value)}
          />
        </div>
      </div>
      <div className="panel-acts">
        <Button kind="primary" type="submit">
          {job.state === 'stopped' ? 'Go on' : 'Import'}
        </Button>
      </div>
    </form>
  )
}

/** `Case fs01` from the last path segment. */
function titleFrom(paths: readonly string[]): string {
  const [first = ''] = paths
  const segment = first.split(/[\\/]/).filter(Boolean).at(-1) ?? 'evidence'
  return `Case ${segment.replace(/\.(zip|evtx|xml|csv|json)$/i, '')}`.slice(0, 200)
}

function ImportSays(props: { result: ImportResult }) {
  const { evidence, records, problems } = props.result
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const says = `${plural(records, 'record')} from ${plural(evidence.length, 'evidence item')}.`
  if (evidence.length === 0)
    return (
      <Notice kind="judge" title="Nothing that can be read was found there">
        No event log, task definition or other known evidence. Check the path, or name the files themselves.
        <ul className="verdict-findings">
          {problems.slice(0, 5).map((problem) => (
            <li key={`${problem.code} ${problem.where}`}>
              <Escape text={problem.what} /> <Escape text={problem.where} code />
            </li>
          ))}
        </ul>
      </Notice>
    )
  if (problems.length === 0)
    return (
      <Notice kind="good" title="Imported, and every hash is written down">
        {says} No problems were recorded.
      </Notice>
    )
  return (
    <Notice kind="judge" title={`Imported, with ${plural(problems.length, 'problem')} recorded`}>
      {says}{' '}
      {errors > 0
        ? `${plural(errors, 'problem')} kept evidence from being read. It counts against every no.`
        : 'Everything could be read; the problems say what it may prove.'}
    </Notice>
  )
}
