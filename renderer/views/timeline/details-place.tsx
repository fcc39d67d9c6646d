import type { CitationShape } from '../../../src/contract/shapes.ts'
import { Splitter, useSplit } from '../../widgets/index.ts'
import { RecordPane, type RecordTab } from '../record/record-pane.tsx'
import type { RowCopy } from './use-row-copy.ts'

/** The details below the rows, or at their right in a wide window, with the line that moves them. */
export function DetailsPlace(props: {
  at: CitationShape
  wide: boolean
  narrow: boolean
  tab: RecordTab
  onTab: (tab: RecordTab) => void
  onClose: () => void
  copy: RowCopy
}) {
  const { wide, narrow } = props
  const below = useSplit(
    narrow ? 'timeline.details.narrow' : 'timeline.details',
    narrow ? 208 : 252,
    120,
    640,
  )
  const right = useSplit('timeline.details.right', 700, 480, 1200)
  const [size, setSize] = wide ? right : below
  return (
    <div
      className={wide ? 'details-place is-right' : 'details-place'}
      style={wide ? { width: size } : { height: size }}
    >
      <Splitter
        label="Size of the details"
        along={wide ? 'column' : 'row'}
        towards="after"
        size={size}
        least={wide ? 480 : 120}
        most={wide ? 1200 : 640}
        onSize={setSize}
      />
      <RecordPane
        at={props.at}
        tab={props.tab}
        onTab={props.onTab}
        wide={wide}
        onClose={props.onClose}
        onCopyCitation={props.copy.citation}
        onCopyJson={props.copy.json}
        onCopyCsv={props.copy.csv}
        csvLabel={props.copy.csvLabel}
      />
    </div>
  )
}
