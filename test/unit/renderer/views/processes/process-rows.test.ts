import { describe, expect, it } from 'vitest'
import { exitWords, runsOf, withoutFolded } from '../../../../../renderer/views/processes/process-rows.ts'
import type { ChainShape } from '../../../../../src/contract/shapes.ts'
import { chainWithTree } from '../../../../window/fixture/chain-tree.ts'

describe('the processes of a chain', () => {
  const runs = runsOf(chainWithTree)

  it('are runs, proven ones first, each with its tree', () => {
    expect(runs.map((run) => [run.standing, run.rows.length])).toEqual([
      ['proven', 4],
      ['consistent', 1],
    ])
    expect(runs[0]?.rows.map((row) => [row.node.pid, row.twigs])).toEqual([
      [976, []],
      [5148, ['tee']],
      [5188, ['end']],
      [5200, ['none', 'end']],
    ])
  })

  it('have exact times, and the exit code of the record that ends them', () => {
    const [cmd, conhost] = runs[0]?.rows ?? []
    expect(cmd?.startMs).toBe(7.0245)
    expect(cmd?.ended).toMatchObject({ exitStatus: '0xc000013a', at: { recordId: '2004900' } })
    expect(conhost?.ended).toBeUndefined()
  })

  it('decode PowerShell beside what was recorded', () => {
    expect(runs[0]?.rows[3]?.decoded).toBe('IEX (New-Object Net.WebClient)')
    expect(runs[0]?.rows[0]?.decoded).toBeUndefined()
  })

  it('fold with everything below', () => {
    const rows = runs[0]?.rows ?? []
    expect(withoutFolded(rows, new Set([0]))).toHaveLength(1)
    expect(withoutFolded(rows, new Set([2]))).toHaveLength(3)
  })

  it('keep a process whose parent the engine names wrongly', () => {
    const [node] = chainWithTree.tree.nodes
    if (!node) throw new Error('no node')
    const odd: ChainShape = {
      ...chainWithTree,
      tree: { nodes: [{ ...node, parent: { kind: 'node', index: 7 } }], cut: false },
    }
    expect(runsOf(odd)[0]).toMatchObject({ parent: { kind: 'outside' }, rows: [{ index: 0 }] })
  })

  it('say an exit code in words where it has some', () => {
    expect(exitWords('0x0')).toBe('0, success')
    expect(exitWords('0x2a')).toBe('42')
    expect(exitWords('0xc000013a')).toBe('0xc000013a, ended by Ctrl C')
    expect(exitWords('odd')).toBe('odd')
  })
})
