import { describe, expect, it } from 'vitest'
import { findChains } from '../../../src/chains/find-chains.ts'
import { ChainsDocument } from '../../../src/contract/shapes.ts'
import { chainsDocument } from '../../../src/report/chains-json.ts'
import { atexec, input, World } from '../../builders/events.ts'

const world = new World()
const chains = findChains(input([...atexec(world), world.history('registered', 90_000, { path: '\\Other' })]))
const document = chainsDocument(chains)

describe('chains as JSON', () => {
  it('has the shape of the contract, nothing more and nothing undefined', () => {
    expect(ChainsDocument.strict().parse(document)).toEqual(document)
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  })

  it('writes 64-bit values as text, times as UTC with 7 decimals, and null for what is not there', () => {
    const [chain, bare] = document.chains
    expect(chain).toMatchObject({
      time: '2024-05-06T07:08:09.0000000Z',
      source: { ip: '10.0.0.66', port: 56_594, logonId: '0x1000', host: null, basis: 'L3' },
      taskLogonId: '0x2000',
      task: { author: null, trigger: null },
    })
    expect(chain?.steps.map((step) => step.deltaMs)).toEqual([-26, -20, -7, 0, 7, 23, 32, 41, 3000])
    expect(typeof chain?.steps[0]?.recordId).toBe('string')
    expect(chain?.links.find((link) => link.rule === 'L3')).toMatchObject({
      from: chain?.steps[1]?.recordId,
      deltaMs: 20,
    })
    expect(bare).toMatchObject({
      account: { sid: null, name: null, domain: null, basis: null },
      task: { action: null, hidden: null },
    })
  })

  it('is byte-identical for the same evidence', () => {
    expect(JSON.stringify(chainsDocument(findChains(input(atexec(new World())))))).toBe(
      JSON.stringify(chainsDocument(findChains(input(atexec(new World()))))),
    )
  })
})
