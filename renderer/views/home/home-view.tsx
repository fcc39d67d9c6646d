/** Case home: start a case, go on with one, or practise. */
import { useState } from 'react'
import { useImport } from '../../shell/import-state.tsx'
import { useKeys } from '../../shell/keyboard.ts'
import { useWindow } from '../../shell/window-state.tsx'
import { Escape, Icon, type IconName, Keys } from '../../widgets/index.ts'
import { BundlePanel } from './bundle-panel.tsx'
import { FolderPanel } from './folder-panel.tsx'
import './home.css'
import { ImportPanel } from './import-panel.tsx'
import { PracticeList } from './practice-list.tsx'
import { RecentCases } from './recent-cases.tsx'
import { useDrop } from './use-drop.ts'

type Start = 'evidence' | 'bundle' | 'folder'
const starts: readonly {
  readonly id: Start
  readonly icon: IconName
  readonly name: string
  readonly key: string
  readonly what: string
}[] = [
  {
    id: 'evidence',
    icon: 'acquire',
    name: 'Import evidence',
    key: 'I',
    what: 'A folder, a mounted image, a triage ZIP, loose .evtx or task XML files, of any number of hosts.',
  },
  {
    id: 'bundle',
    icon: 'seal',
    name: 'Open a bundle',
    key: 'B',
    what: 'Verified first, then opened read-only. Nothing is unpacked before the check.',
  },
  {
    id: 'folder',
    icon: 'folder',
    name: 'Open a case folder',
    key: 'C',
    what: 'A case made on this machine or copied from another one.',
  },
]

export function HomeView() {
  const { caseSummary, engine, tab } = useWindow()
  const { job, paths, setPaths } = useImport()
  const [open, setOpen] = useState<Start | undefined>(
    job.state === 'idle' && paths === '' && tab === null ? undefined : 'evidence',
  )
  const drop = useDrop((paths) => {
    setPaths(paths.join('\n'))
    setOpen('evidence')
  })
  useKeys(
    'Cases',
    starts.map((start) => ({
      on: start.key.toLowerCase(),
      keys: [start.key],
      does: start.name,
      run: () => setOpen(start.id),
    })),
  )
  return (
    <div className={drop.over ? 'home is-over' : 'home'} {...drop.place}>
      <section aria-labelledby="h-start">
        <h1 className="view-title" id="h-start">
          Start a case
        </h1>
        <div className="starts">
          {starts.map((start) => (
            <button
              className="start"
              type="button"
              key={start.id}
              aria-expanded={open === start.id}
              onClick={() => setOpen(open === start.id ? undefined : start.id)}
            >
              <Icon name={start.icon} />
              <span className="name">{start.name}</span>
              <Keys keys={[start.key]} />
              <span className="what">{start.what}</span>
            </button>
          ))}
        </div>
        {drop.note ? (
          <p className="drop-note" role="status">
            {drop.note}
          </p>
        ) : null}
        {open === 'evidence' ? <ImportPanel /> : null}
        {open === 'bundle' ? <BundlePanel /> : null}
        {open === 'folder' ? <FolderPanel /> : null}
      </section>
      <div className="home-columns">
        <div className="stack">
          <RecentCases />
          {caseSummary ? null : (
            <p className="low small">
              Cases are kept in folders on this machine. Tasktrail sends nothing anywhere. You are{' '}
              <Escape text={engine.operator} />; custody lines carry this name.
            </p>
          )}
        </div>
        <div className="stack">
          <PracticeList />
        </div>
      </div>
    </div>
  )
}
