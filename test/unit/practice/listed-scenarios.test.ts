// Every story that answers are tried on has a scenario with its truth: by name, so that none goes missing.
import { describe, expect, it } from 'vitest'
import { scenarios } from '../../../src/practice/scenarios/index.ts'
import { auditSubcategories } from '../../../src/practice/staging.ts'
import { scenarioCase } from '../../generated/count.ts'

const listed: Readonly<Record<string, readonly string[]>> = {
  'pipe with decoys: 1, 5 and 20 logons of the same account': [
    'atexec-pipe',
    'pipe-5-decoys',
    'pipe-20-decoys',
  ],
  'RPC over TCP': ['schtasks-tcp', 'schtasks-tcp-unaudited'],
  'several tasks at once from two sources': ['tasks-from-two-sources'],
  'update instead of create': ['update-instead-of-create'],
  'payload over a share': ['pipe-payload-over-share'],
  "fileless output to the attacker's share": ['pipe-output-to-own-share'],
  'local admin work': ['local-admin'],
  'schtasks.exe locally under a type 3 session': ['local-in-network-logon'],
  'WinRM and WMI': ['winrm', 'winrs', 'wmi'],
  'Group Policy': ['group-policy'],
  'software deployment as SYSTEM': ['software-deployment'],
  'a legitimate remote task as PSWindowsUpdate makes it': ['remote-update-job'],
  'vulnerability scanner': ['scanner-noise'],
  'auditing off, all of it and each part alone': [
    'auditing-off',
    'unaudited-logon',
    'unaudited-logoff',
    'unaudited-special-logon',
    'unaudited-process-creation',
    'unaudited-process-termination',
    'unaudited-service-installs',
    'unaudited-task-changes',
    'unaudited-file-share',
    'unaudited-detailed-file-share',
    'task-log-off',
    'policy-not-collected',
  ],
  'log cleared before and after': ['log-cleared-before', 'log-cleared'],
  'retention just missed': ['retention-missed', 'retention-logons-missed'],
  'filtered export': ['filtered-export'],
  'clock jump': ['clock-set-back', 'clock-set-forward'],
  'reboot between creation and run': ['reboot-before-run', 'logon-id-reuse'],
  'PID reuse': ['pid-reuse', 'same-command-elsewhere'],
  'task name reuse': ['task-name-reuse'],
  'hidden task': ['hidden-task'],
  'registry-only task': ['registry-only-task'],
  'host that is not English': ['german-host', 'french-host'],
  'field versions of Server 2012 R2 to 2025': [
    'windows-2012-r2',
    'windows-2016',
    'windows-2019',
    'windows-2022',
    'windows-2025',
  ],
  IPv6: ['ipv6-link-local', 'ipv6-mapped'],
  'two hosts in a row': ['spread-tcp'],
  'the same incident as Sentinel exports it': ['sentinel-csv', 'sentinel-json'],
}

describe('practice scenarios', () => {
  it('there is one for every story of the list, and none that the list forgets', () => {
    expect(Object.values(listed).flat().sort()).toEqual(scenarios.map(({ name }) => name).sort())
  })

  it.each(Object.entries(listed))('%s: each has a truth with at least one deed', (_, names) => {
    for (const name of names) {
      const scenario = scenarios.find((one) => one.name === name)
      if (!scenario) throw new Error(`no scenario ${name}`)
      const deeds = scenarioCase(scenario, 1).hosts.flatMap(({ staging }) => staging.deeds)
      expect(deeds.length, name).toBeGreaterThan(0)
      for (const deed of deeds) expect(deed.task.path, name).toMatch(/^\\/)
    }
  })

  it('each part of the audit policy is off alone in one of them', () => {
    const off = scenarios.flatMap((scenario) =>
      scenarioCase(scenario, 1).hosts.flatMap(({ staging }) => {
        const missing = Object.entries(staging.audit ?? {}).filter(([, setting]) => setting === 0)
        return missing.length === 1 ? missing.map(([name]) => name) : []
      }),
    )
    expect([...new Set(off)].sort()).toEqual(Object.keys(auditSubcategories).sort())
  })

  it('the decoys of the crowded pipes are as many as their names say', () => {
    const decoysOf = (name: string) => {
      const scenario = scenarios.find((one) => one.name === name)
      if (!scenario) throw new Error(`no scenario ${name}`)
      return scenarioCase(scenario, 1).hosts.flatMap(({ staging }) =>
        staging.happenings.filter(({ mark, schema }) => mark?.decoy !== undefined && schema.eventId === 4624),
      ).length
    }
    expect(['atexec-pipe', 'pipe-5-decoys', 'pipe-20-decoys'].map(decoysOf)).toEqual([1, 5, 20])
  })
})
