/** What of the open case fits the words in the palette: chains, tasks, hosts, and the rows that hold them. */
import { useMemo } from 'react'
import type { TaskRowShape } from '../../src/contract/task-shapes.ts'
import { filterChains } from '../views/chains/chain-filter.ts'
import { kindWord } from '../views/overview/words.ts'
import { useChains } from './chains-state.tsx'
import type { PaletteEntry } from './palette-entries.ts'
import { exactTerm, useShowRows } from './show-rows.ts'
import { useWindow } from './window-state.tsx'

export function useFound(wanted: string, tasks: readonly TaskRowShape[]): readonly PaletteEntry[] {
  const { caseSummary, go, chooseChain } = useWindow()
  const { chains } = useChains()
  const showRows = useShowRows()
  return useMemo((): readonly PaletteEntry[] => {
    if (!caseSummary || wanted === '') return []
    const isId = /^\d{1,20}$/.test(wanted)
    const row = (id: string, name: string, key: 'record' | 'account' | 'address' | 'host' | 'text') => ({
      id,
      group: 'Rows of the timeline',
      name,
      always: true,
      run: () => showRows([exactTerm(key, wanted)]),
    })
    const isAddress = /^[\d.]+$|:/.test(wanted)
    return [
      ...filterChains(chains ?? [], wanted)
        .slice(0, 5)
        .map((chain) => ({
          id: `chain ${chain.id}`,
          group: 'Chains',
          name: chain.task.path,
          also: `${kindWord(chain.kind)} on ${chain.host}`,
          code: true,
          always: true,
          run: () => {
            chooseChain(chain.id)
            go('chains')
          },
        })),
      ...tasks.map((task) => ({
        id: `task ${task.id}`,
        group: 'Tasks',
        name: task.path,
        also: task.host,
        code: true,
        always: true,
        run: () => go('tasks', task.id),
      })),
      ...(isId ? [row('row record', `Record ${wanted}`, 'record')] : []),
      ...(isAddress && !isId ? [row('row address', `Address ${wanted}`, 'address')] : []),
      ...(!isId && !isAddress ? [row('row account', `Account ${wanted}`, 'account')] : []),
      row('row text', `Records that hold “${wanted}”`, 'text'),
      ...caseSummary.hosts
        .filter((host) => host.name.toLowerCase().includes(wanted.toLowerCase()))
        .slice(0, 5)
        .map((host) => ({
          id: `host ${host.name}`,
          group: 'Hosts',
          name: host.name,
          also: 'its rows',
          code: true,
          always: true,
          run: () => showRows([exactTerm('host', host.name)]),
        })),
    ]
  }, [caseSummary, wanted, chains, tasks, chooseChain, go, showRows])
}
