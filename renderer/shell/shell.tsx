/** The frame around every view, and which view it holds. */
import { Component, type ReactNode, useEffect, useRef, useState } from 'react'
import { AcquireView } from '../views/acquire/acquire-view.tsx'
import { ChainsView } from '../views/chains/chains-view.tsx'
import { EvidenceView } from '../views/evidence/evidence-view.tsx'
import { HandoverView } from '../views/handover/handover-view.tsx'
import { HomeView } from '../views/home/home-view.tsx'
import { useDrop } from '../views/home/use-drop.ts'
import { OverviewView } from '../views/overview/overview-view.tsx'
import { PlaybookView } from '../views/playbook/playbook-view.tsx'
import { ProcessesView } from '../views/processes/processes-view.tsx'
import { TasksView } from '../views/tasks/tasks-view.tsx'
import { TimelineView } from '../views/timeline/timeline-view.tsx'
import { Button } from '../widgets/button.tsx'
import { Escape } from '../widgets/escape.tsx'
import { Notice } from '../widgets/notice.tsx'
import { Patterns } from '../widgets/patterns.tsx'
import { ActSaid } from './act-said.tsx'
import { useImport } from './import-state.tsx'
import { KeyMap } from './key-map.tsx'
import { type KeyBinding, keyGroups, useKeys, within } from './keyboard.ts'
import { Navigation } from './navigation.tsx'
import { Palette } from './palette.tsx'
import { usePlaybook } from './playbook-state.tsx'
import { SettingsDialog } from './settings-dialog.tsx'
import { StatusBar } from './status-bar.tsx'
import { applyTheme, themes } from './theme-choice.ts'
import { TopBar } from './top-bar.tsx'
import { useWindow, type View } from './window-state.tsx'

const titles: Readonly<Record<View, string>> = {
  home: 'Cases',
  overview: 'Overview',
  timeline: 'Timeline',
  chains: 'Chains',
  tasks: 'Tasks',
  processes: 'Processes',
  playbook: 'Playbook',
  acquire: 'Acquire',
  evidence: 'Evidence',
  handover: 'Handover',
}
const bodies: Readonly<Record<View, () => ReactNode>> = {
  home: () => <HomeView />,
  overview: () => <OverviewView />,
  timeline: () => <TimelineView />,
  chains: () => <ChainsView />,
  tasks: () => <TasksView />,
  processes: () => <ProcessesView />,
  playbook: () => <PlaybookView />,
  acquire: () => <AcquireView />,
  evidence: () => <EvidenceView />,
  handover: () => <HandoverView />,
}

const citationKeys = [
  within('citation', ['Enter'], 'Open the record'),
  within('citation', ['B'], 'Its bytes'),
  within('citation', ['X'], 'Its XML'),
]

export function Shell() {
  const { view, caseSummary, go, cameFrom, back, engine } = useWindow()
  const { last, undo } = usePlaybook()
  const { setPaths } = useImport()
  const [map, setMap] = useState(false)
  const [finding, find] = useState(false)
  const [settings, setSettings] = useState(false)
  const main = useRef<HTMLElement>(null)
  const inCase = caseSummary !== null && view !== 'home'

  const places: readonly (readonly [string, View, string])[] = [
    ['O', 'overview', 'Overview'],
    ['T', 'timeline', 'Timeline'],
    ['C', 'chains', 'Chains'],
    ['K', 'tasks', 'Tasks'],
    ['P', 'processes', 'Processes'],
    ['B', 'playbook', 'Playbook'],
    ['A', 'acquire', 'Acquire'],
    ['E', 'evidence', 'Evidence'],
    ['H', 'handover', 'Handover'],
  ]
  const bindings: KeyBinding[] = [
    ...(caseSummary ? places : []).map(([letter, to, name]) => ({
      on: `g ${letter.toLowerCase()}`,
      keys: ['G', letter],
      does: name,
      run: () => go(to),
    })),
    ...(cameFrom
      ? [
          {
            on: 'Alt+ArrowLeft',
            keys: ['Alt', '←'],
            does: `Back to ${titles[cameFrom]}`,
            run: back,
          },
        ]
      : []),
    {
      on: 'Ctrl+k',
      keys: ['Ctrl', 'K'],
      does: 'Find and commands',
      inFields: true,
      run: () => find(true),
    },
    ...(last
      ? [
          {
            on: 'Ctrl+z',
            keys: ['Ctrl', 'Z'],
            does: `Undo: ${last.what}`,
            run: () => void undo(last.mark),
          },
        ]
      : []),
    { on: 'Ctrl+,', keys: ['Ctrl', ','], does: 'Settings', run: () => setSettings(true) },
    { on: '?', keys: ['?'], does: 'This map', run: () => setMap(true) },
  ]
  const commands = () => [
    ...keyGroups().flatMap((group) =>
      group.bindings
        .filter((binding) => !binding.on.startsWith('within ') && binding.on !== 'Ctrl+k')
        .map((binding) => ({
          id: `${group.title} ${binding.on}`,
          group: group.title,
          name: binding.does,
          keys: binding.keys,
          run: () => binding.run(),
        })),
    ),
    { id: 'home', group: 'Window', name: 'All cases', run: () => go('home') },
    ...themes.map((theme) => ({
      id: `theme ${theme}`,
      group: 'Window',
      name: `Theme: ${theme === 'system' ? 'as the system' : theme}`,
      run: () => applyTheme(theme),
    })),
    { id: 'print', group: 'Window', name: 'Print this view', run: () => window.print() },
    ...(engine.host === 'electron'
      ? []
      : [
          {
            id: 'window',
            group: 'Window',
            name: 'Open another window on this case',
            // the new tab takes over this one's session, and with it the token
            run: () => void window.open(location.href, '_blank'),
          },
        ]),
  ]
  useKeys('Go to', bindings)
  useKeys('On a record number', caseSummary ? citationKeys : [])

  useEffect(() => {
    document.title = inCase
      ? `${titles[view]} · ${caseSummary.title} · Tasktrail`
      : `${titles.home} · Tasktrail`
  }, [inCase, view, caseSummary])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each view starts at its top
  useEffect(() => {
    main.current?.scrollTo(0, 0)
  }, [view])

  const drop = useDrop((paths) => {
    setPaths(paths.join('\n'))
    go('home', 'evidence')
  })
  const elsewhere = inCase ? drop.place : {}
  return (
    <div {...elsewhere} className={`shell${inCase ? '' : ' shell-home'} view-${view}`}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Patterns />
      <TopBar
        onHelp={() => setMap(true)}
        onFind={() => find(true)}
        onSettings={() => setSettings(true)}
        back={cameFrom ? titles[cameFrom] : null}
      />
      {inCase ? <Navigation /> : null}
      <main className="main" id="main" tabIndex={-1} ref={main}>
        {inCase ? (
          <p className="print-head" aria-hidden="true">
            <Escape text={caseSummary.title} />, {titles[view]}. Times in UTC.{' '}
            <Escape text={engine.operator} />
          </p>
        ) : null}
        <ViewGuard key={`${view} ${caseSummary?.caseId}`}>{bodies[view]()}</ViewGuard>
      </main>
      <StatusBar />
      <ActSaid />
      {inCase && drop.note ? (
        <div className="act-said" role="status">
          <div className="toast">{drop.note}</div>
        </div>
      ) : null}
      <Palette open={finding} onClose={() => find(false)} commands={commands} />
      <SettingsDialog open={settings} onClose={() => setSettings(false)} />
      <KeyMap open={map} onClose={() => setMap(false)} />
    </div>
  )
}

/** A view that breaks says so in its place; the rest of the window stays usable. */
class ViewGuard extends Component<{ children: ReactNode }, { broken: Error | null }> {
  override state: { broken: Error | null } = { broken: null }
  static getDerivedStateFromError(broken: Error) {
    return { broken }
  }
  override render(): ReactNode {
    const { broken } = this.state
    if (!broken) return this.props.children
    return (
      <div className="pad">
        <Notice
          kind="harm"
          title="This view stopped working"
          acts={
            <Button small onPress={() => this.setState({ broken: null })}>
              Show it again
            </Button>
          }
        >
          No evidence was changed and the case is kept. The other views go on. <code>{broken.message}</code>
        </Notice>
      </div>
    )
  }
}
