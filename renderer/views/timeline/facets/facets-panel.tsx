import { useState } from 'react'
import type { Facet } from '../../../../src/contract/shapes.ts'
import { Escape, formatCount, LinkButton } from '../../../widgets/index.ts'
import { toggleValue, valueState } from '../filter/compile.ts'
import { filterKeyOf } from '../filter/language.ts'
import type { FilterKey, Term } from '../filter/terms.ts'
import { channelName } from '../rows/columns.ts'

const shownFirst = 8
const titleOf = (key: string) => key.slice(0, 1).toUpperCase() + key.slice(1)
/** Keys whose values are addresses, ids or numbers and are set in code type. */
const codeKeys = new Set(['address', 'logon', 'record'])

/** How many rows have which value. A click asks for it, Alt and a click excludes it, a second click takes it back. */
export function FacetsPanel(props: {
  facets: readonly Facet[]
  terms: readonly Term[]
  onTerms: (terms: readonly Term[]) => void
}) {
  return (
    <>
      {props.facets.map((facet) => {
        const key = filterKeyOf(facet.key)
        return key && key !== 'time' && facet.values.length > 0 ? (
          <FacetGroup
            key={facet.key}
            facet={facet}
            filterKey={key}
            terms={props.terms}
            onTerms={props.onTerms}
          />
        ) : null
      })}
    </>
  )
}

function FacetGroup(props: {
  facet: Facet
  filterKey: FilterKey
  terms: readonly Term[]
  onTerms: (terms: readonly Term[]) => void
}) {
  const [all, setAll] = useState(false)
  const { facet, filterKey, terms } = props
  // a value that was excluded has left the counts; it stays in the list so that it can be taken back
  const excluded = terms
    .filter((term) => term.key === filterKey && !term.off)
    .flatMap((term) => term.values)
    .filter((value) => !facet.values.some((each) => (each.value || 'none') === value.text))
    .filter((value) => !value.text.includes('*'))
    .map((value) => ({ value: value.text, label: value.text, count: undefined }))
  const values = [...(all ? facet.values : facet.values.slice(0, shownFirst)), ...excluded]
  const rest = facet.values.length - shownFirst
  return (
    <section aria-label={titleOf(facet.key)}>
      <h2 className="facet-title">{titleOf(facet.key)}</h2>
      {values.map((each) => {
        const value = each.value || 'none'
        const state = valueState(terms, filterKey, value)
        const label = facet.key === 'channel' ? channelName(each.label || value) : each.label || value
        return (
          <button
            key={value}
            type="button"
            className={`facet${state === 'only' ? ' is-on' : state === 'not' ? ' is-off' : ''}`}
            aria-pressed={state === 'only'}
            title={`${(each.label || value).slice(0, 500)}\nClick: only this. Alt and click: not this.`}
            onClick={(click) =>
              props.onTerms(
                toggleValue(terms, filterKey, value, state === 'not' || (click.altKey && state !== 'only')),
              )
            }
          >
            <span className={codeKeys.has(facet.key) && value !== 'none' ? 'cut mono' : 'cut'}>
              <Escape text={label} />
            </span>
            <span className="count">
              {state === 'not' ? 'hidden' : each.count === undefined ? '0' : formatCount(each.count)}
            </span>
          </button>
        )
      })}
      {rest > 0 ? (
        <LinkButton
          onPress={() => setAll(!all)}
          label={`${all ? 'Show fewer' : `${formatCount(rest)} more`}: ${facet.key}`}
        >
          {all ? 'Show fewer' : `${formatCount(rest)} more`}
        </LinkButton>
      ) : null}
    </section>
  )
}
