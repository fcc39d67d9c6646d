import { describe, expect, it } from 'vitest'
import { nextSteps } from '../../../../../renderer/views/overview/next-steps.ts'
import { networkOf } from '../../../../../renderer/views/overview/words.ts'
import { chainC2 } from '../../../../window/fixture/chain-c2.ts'

const whats = (steps: ReturnType<typeof nextSteps>) => steps.map((step) => step.what)

describe('next steps', () => {
  it('come from gaps that are there, each once, and end with the handover', () => {
    expect(whats(nextSteps(chainC2, [chainC2.host]))).toEqual([
      'Find which machine had 10.23.123.11',
      'Import the whole log of fs01',
      'Import the TaskScheduler log of fs01',
      'Prepare the handover',
    ])
  })

  it('ask for nothing when nothing is missing and the source is in the case', () => {
    const chain = { ...chainC2, gaps: [], source: { ...chainC2.source, host: 'wks14.corp.example' } }
    expect(whats(nextSteps(chain, ['WKS14.corp.example']))).toEqual(['Prepare the handover'])
    expect(whats(nextSteps(chain, ['fs01']))).toEqual([
      'Import the logs of wks14.corp.example',
      'Prepare the handover',
    ])
  })

  it('never ask for what is expected to be absent', () => {
    const chain = { ...chainC2, gaps: [{ expected: '5145', state: 'expected-absent', why: '' }] }
    expect(whats(nextSteps(chain, [])).join()).not.toContain('5145')
  })

  it('are at most five however many gaps there are', () => {
    const gaps = [
      'not-collected',
      'filtered-out',
      'out-of-retention',
      'log-cleared',
      'not-audited',
      'not-collected',
    ].map((state, place) => ({ expected: `record ${place}`, state, why: '' }))
    const steps = nextSteps({ ...chainC2, gaps }, [])
    expect(steps).toHaveLength(5)
    expect(steps.at(-1)?.go).toBe('handover')
  })
})

describe('what an address says by itself', () => {
  it.each([
    ['10.23.123.11', 'private network'],
    ['172.16.0.1', 'private network'],
    ['172.32.0.1', 'public address'],
    ['192.168.1.1', 'private network'],
    ['127.0.0.1', 'this host itself'],
    ['169.254.3.4', 'link-local'],
    ['8.8.8.8', 'public address'],
    ['::1', 'this host itself'],
    ['fe80::abcd', 'link-local'],
    ['fd00::1', 'private network'],
    ['2001:db8::1', 'public address'],
  ])('%s is a %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network)
  })
})
