import { Popover } from '@base-ui/react/popover'
import type { Facet } from '../../../../src/contract/shapes.ts'
import type { Term } from '../filter/terms.ts'
import { FacetsPanel } from './facets-panel.tsx'

/** The facets in a narrow window: behind a button, the same panel. */
export function FacetsMenu(props: {
  facets: readonly Facet[]
  terms: readonly Term[]
  onTerms: (terms: readonly Term[]) => void
}) {
  return (
    <Popover.Root>
      <Popover.Trigger render={<FacetsButton />} />
      <Popover.Portal>
        <Popover.Positioner side="bottom" align="start" sideOffset={4} className="floating">
          <Popover.Popup className="menu facets-menu" aria-label="Facets">
            <FacetsPanel facets={props.facets} terms={props.terms} onTerms={props.onTerms} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function FacetsButton(props: Record<string, unknown>) {
  return (
    <button type="button" className="button button-small" {...props}>
      Facets
    </button>
  )
}
