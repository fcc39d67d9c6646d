/** How the chains in view stand with the playbook: asked for in pages, kept until somebody states something. */
import { useRef } from 'react'
import type { StandingShape } from '../../../src/contract/playbook-shapes.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { useApi, useCase } from '../../shell/window-state.tsx'

const page = 25

/** @param ids of all chains, in the order of the list; @param from, to places in view */
export function useStandings(
  ids: readonly string[],
  from: number,
  to: number,
): ReadonlyMap<string, StandingShape> {
  const api = useApi()
  const { caseId, counts } = useCase()
  const { acts } = usePlaybook()
  const version = `${caseId} ${counts.records} ${acts}`
  const known = useRef({ version: '', standings: new Map<string, StandingShape>() })
  const first = Math.floor(from / page) * page
  const wanted = ids.slice(first, Math.min(first + 100, (Math.floor(to / page) + 1) * page))
  const answer = useAnswer(wanted.length > 0 ? `${version} ${wanted.join(' ')}` : null, async (signal) => {
    const { standings } = await api.playbook.standings({ caseId, chains: wanted }, { signal })
    return { version, standings }
  })
  if (answer.value && answer.value.version !== known.current.version)
    known.current = { version: answer.value.version, standings: new Map() }
  for (const standing of answer.value?.standings ?? []) known.current.standings.set(standing.chain, standing)
  return known.current.standings
}
