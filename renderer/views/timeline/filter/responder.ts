// Rows the responder caused are shown greyed; hiding them is a wish of the view, never a loss: both filters are counted.
import type { ContractFilter } from './terms.ts'

const mark = 'responder'
const speaksOf = (filter: ContractFilter) =>
  filter.terms.some((term) => term.key === 'is' && term.values.includes(mark))

/** The filter with the responder's rows left out; a filter that speaks of them itself stays as it was written. */
export const withoutResponder = (filter: ContractFilter): ContractFilter =>
  speaksOf(filter)
    ? filter
    : { ...filter, terms: [...filter.terms, { key: 'is', values: [mark], not: true }] }

/** Of the rows of a filter those the responder caused. */
export const onlyResponder = (filter: ContractFilter): ContractFilter =>
  speaksOf(filter)
    ? filter
    : { ...filter, terms: [...filter.terms, { key: 'is', values: [mark], not: false }] }
