/** What was stated, as people read it: the row's own words instead of its id. Pure. */
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { dispositionWords } from '../chains/standing.tsx'

export type Act = AnswersDocument['analyst']['history'][number]

const verbs: Readonly<Record<string, string>> = {
  tick: 'Tick',
  note: 'Note',
  disposition: 'Disposition',
  clock: 'Clock',
  undo: 'Undo',
}
export const kindOfAct = (act: Act): string => verbs[act.kind] ?? act.kind

const most = 90
const cut = (text: string) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** `ticked validate-events-present: seen` becomes `Ticked “Confirm event Id …”: seen`. */
export function wordsOfAct(act: Act, headings: ReadonlyMap<string, string>): string {
  const found = /^(?:(ticked|unticked) )?([a-z-]+)(?:: ([\s\S]*)|$)/.exec(act.what)
  const heading = found?.[2] === undefined ? undefined : headings.get(found[2])
  if (found && heading !== undefined && (act.kind === 'tick' || act.kind === 'note')) {
    const verb = found[1] === undefined ? 'On' : found[1] === 'ticked' ? 'Ticked' : 'Tick taken off'
    return `${verb} “${cut(heading)}”${found[3] ? `: ${found[3]}` : ''}`
  }
  if (act.kind === 'disposition' && found?.[2] !== undefined) {
    const word = Object.entries(dispositionWords).find(([id]) => id === found[2])?.[1]
    if (word !== undefined) return `${word}${found[3] ? `: ${found[3]}` : ''}`
  }
  return act.what.charAt(0).toUpperCase() + act.what.slice(1)
}
