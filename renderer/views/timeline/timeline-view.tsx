/** Timeline: every record of the case in one order, filtered by text, with its density, its facets and its details. */
import { useCase, useWindow } from '../../shell/window-state.tsx'
import { Button, Empty } from '../../widgets/index.ts'
import { TimelineOfCase } from './timeline-of-case.tsx'
import './timeline.css'
import '../record/record.css'

export function TimelineView() {
  const summary = useCase()
  const { go, rowsAsked } = useWindow()
  if (summary.counts.records > 0)
    return <TimelineOfCase key={`${summary.caseId} ${rowsAsked}`} summary={summary} />
  return (
    <div className="pad">
      <h1 className="view-title timeline-title">Timeline</h1>
      <Empty
        kind="cannot-tell"
        title="This case holds no records"
        acts={
          summary.readOnly ? undefined : (
            <Button small onPress={() => go('home', 'import')}>
              Import evidence
            </Button>
          )
        }
      >
        {summary.counts.evidence === 0
          ? 'No evidence was imported. Import event logs or a folder that holds them.'
          : 'The evidence in this case holds no readable record. Evidence says which files were read and what was wrong with them.'}
      </Empty>
    </div>
  )
}
