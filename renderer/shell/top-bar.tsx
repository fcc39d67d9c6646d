import { Button } from '../widgets/button.tsx'
import { Escape } from '../widgets/escape.tsx'
import { Icon } from '../widgets/icon.tsx'
import { Keys } from '../widgets/keys.tsx'
import { Chip } from '../widgets/meaning.tsx'
import { CaseMenu } from './case-menu.tsx'
import { ThemeMenu } from './theme-menu.tsx'
import { TopClock } from './top-clock.tsx'
import { useWindow } from './window-state.tsx'

export function TopBar(props: {
  onHelp: () => void
  onFind: () => void
  onSettings: () => void
  /** title of the view a record was opened from */
  back: string | null
}) {
  const { caseSummary, view, go, back } = useWindow()
  const inCase = caseSummary !== null && view !== 'home'
  return (
    <header className="topbar">
      <button
        className="brand"
        type="button"
        onClick={() => go('home')}
        aria-label={inCase ? 'Tasktrail, all cases' : 'Tasktrail'}
        title={inCase ? 'All cases' : undefined}
      >
        <span className="brand-mark" aria-hidden="true" />
        {inCase ? null : 'Tasktrail'}
      </button>
      {inCase ? (
        <div className="case-head">
          <CaseMenu />
          {caseSummary.practice ? <Chip icon="practice">Practice</Chip> : null}
          {caseSummary.readOnly ? <Chip icon="lock">Read-only, from a bundle</Chip> : null}
        </div>
      ) : null}
      {inCase && props.back ? (
        <Button kind="quiet" small icon="left" keys={['Alt', '←']} onPress={back}>
          Back to {props.back}
        </Button>
      ) : null}
      <span className="grow" />
      {inCase ? (
        <>
          <button className="button button-quiet omnibox" type="button" onClick={props.onFind}>
            <Icon name="search" />
            <span className="cut">Find a record, task, account or command</span>
            <Keys keys={['Ctrl', 'K']} />
          </button>
          <span className="grow" />
        </>
      ) : null}
      {inCase ? <TopClock /> : null}
      {!inCase && caseSummary ? (
        <Button kind="quiet" onPress={() => go('overview')}>
          <span className="cut back-to">
            Back to <Escape text={caseSummary.title} />
          </span>
          <Icon name="right" />
        </Button>
      ) : null}
      <ThemeMenu />
      <Button kind="quiet" icon="settings" label="Settings" onPress={props.onSettings} />
      <Button kind="quiet" icon="help" label="Keyboard map" onPress={props.onHelp} />
    </header>
  )
}
