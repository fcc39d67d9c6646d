// Records beside a chain, as real logs spell them: who acted, on what, and where to.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Trace } from '../../../src/domain/trace.ts'
import { isChainPid, traceKindOf, traceOf } from '../../../src/workflow/trace-records.ts'
import { recordOf } from '../../builders/records.ts'
import { expectedRecords, haveSamples } from '../../samples.ts'

describe.runIf(haveSamples)('traces in real logs', () => {
  const byKind = new Map<string, Trace[]>()
  let incoming = 0
  beforeAll(async () => {
    for await (const record of expectedRecords()) {
      const kind = traceKindOf(record.prov.toLowerCase(), record.eid)
      if (kind === undefined) continue
      const trace = traceOf(kind, recordOf(record))
      if (!trace) incoming++
      else byKind.set(`${kind} ${record.eid}`, [...(byKind.get(`${kind} ${record.eid}`) ?? []), trace])
    }
  }, 60_000)
  const all = (key: string) => byKind.get(key) ?? []

  it('name server and process of used credentials', () => {
    expect(all('explicit-logon 4648').length).toBeGreaterThan(100)
    for (const one of all('explicit-logon 4648')) expect([one.server, one.pid]).not.toContain(undefined)
    expect(all('explicit-logon 4648').some((one) => one.server !== 'localhost')).toBe(true)
  })
  it('take only connections that go out, with address, port and process', () => {
    expect(incoming).toBeGreaterThan(0)
    for (const key of ['connection 5156', 'connection 3']) {
      expect(all(key).length).toBeGreaterThan(10)
      for (const one of all(key))
        expect([one.ip, one.port, one.pid, one.image, one.ownIp]).not.toContain(undefined)
      // System/Security of Sysmon names its own service, which did not connect
      for (const one of all(key)) expect(one.sid).toBeUndefined()
    }
  })
  it('name new accounts, groups and services with who made them', () => {
    for (const one of all('account-change 4720'))
      expect([one.subject, one.subjectSid, one.sid]).not.toContain(undefined)
    for (const one of all('group-change 4732')) expect([one.subject, one.subjectSid]).not.toContain(undefined)
    for (const one of all('service 4697'))
      expect([one.subject, one.sid, one.logonId]).not.toContain(undefined)
    for (const one of all('service 7045')) expect(one.subject).toBeDefined()
    expect(all('service 7045').length).toBeGreaterThan(50)
  })
  it('say what a virus scanner found', () => {
    expect(all('malware 1116').length).toBeGreaterThan(0)
    for (const one of all('malware 1116')) expect(one.what).toContain(one.subject)
  })
})

describe('a process id', () => {
  it('is of a chain in hex and decimal alike', () => {
    const asked = { pids: new Set(['976']) }
    expect(
      ['976', '0x3d0', '0X3D0', '977', '', 'x', '0x'.padEnd(400, '1')].map((text) => isChainPid(asked, text)),
    ).toEqual([true, true, true, false, false, false, false])
  })
})
