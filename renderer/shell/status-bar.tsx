import { Escape } from '../widgets/escape.tsx'
import { plural } from '../widgets/format.ts'
import { Icon } from '../widgets/icon.tsx'
import { useAcquire } from './acquire-state.tsx'
import { useImport } from './import-state.tsx'
import { useZoneWords } from './settings.ts'
import { useWindow } from './window-state.tsx'

export function StatusBar() {
  const { caseSummary, view, go, engine } = useWindow()
  const { job } = useImport()
  const { taking } = useAcquire()
  const { done = 0, total = null } = job.progress ?? {}
  const share = total ? Math.floor((done / total) * 100) : undefined
  const inCase = caseSummary !== null && view !== 'home'
  const [host] = caseSummary?.hosts ?? []
  const single = inCase && caseSummary.hosts.length === 1 ? host : undefined
  const beside = useZoneWords(single?.name.split('.')[0], single?.utcOffsetMinutes ?? null)
  return (
    <footer className="statusbar">
      {inCase ? (
        <>
          <button type="button" onClick={() => go('evidence', 'items')}>
            <Icon name="evidence" />
            {plural(caseSummary.counts.evidence, 'evidence item')}
          </button>
          <button type="button" onClick={() => go('evidence', 'problems')}>
            <Icon name={caseSummary.counts.problems > 0 ? 'warn' : 'check'} />
            {caseSummary.counts.problems > 0
              ? plural(caseSummary.counts.problems, 'problem')
              : 'No problems recorded'}
          </button>
          <span>{plural(caseSummary.counts.chains, 'chain')}</span>
        </>
      ) : null}
      {job.state === 'running' && view !== 'home' ? (
        <button type="button" onClick={() => go('home')}>
          <Icon name="acquire" />
          Importing{share === undefined ? '' : `, ${share} %`}
        </button>
      ) : null}
      {taking && view !== 'acquire' && caseSummary ? (
        <button type="button" onClick={() => go('acquire')}>
          <Icon name="acquire" />
          {taking}
        </button>
      ) : null}
      <span className="grow" />
      <span className="low">No network</span>
      <span>
        Times in UTC
        {beside ? (
          <>
            , <Escape text={beside} />
          </>
        ) : null}
      </span>
      <span className="low">
        <Escape text={engine.operator} />
      </span>
      <span className="low">Tasktrail {engine.version}</span>
    </footer>
  )
}
